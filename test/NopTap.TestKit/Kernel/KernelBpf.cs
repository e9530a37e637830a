// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.TestKit.Kernel;

/// <summary>The bpf(2) calls that tests make to ask the running kernel what it thinks.</summary>
static unsafe partial class KernelBpf
{
    const long SystemCall = 321; // x86-64
    const int MapCreate = 0;
    const int MapLookup = 1;
    const int MapUpdate = 2;
    const int ProgramLoad = 5;
    const int ProgramTestRun = 10;
    const int AttributeSize = 128;
    const uint ArrayMap = 2;
    const uint SocketFilter = 1;

    /// <summary>Makes an array of one value.</summary>
    /// <returns>A file descriptor, or the negative error number.</returns>
    public static int CreateArray(int valueSize)
    {
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        *(uint*)attribute = ArrayMap;
        *(uint*)(attribute + 4) = sizeof(uint);
        *(uint*)(attribute + 8) = (uint)valueSize;
        *(uint*)(attribute + 12) = 1;
        return Call(MapCreate, attribute);
    }

    /// <summary>Writes the value of an array of one.</summary>
    public static int Write(int map, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
            return Access(MapUpdate, map, bytes);
    }

    /// <summary>Reads the value of an array of one.</summary>
    public static int Read(int map, Span<byte> value)
    {
        fixed (byte* bytes = value)
            return Access(MapLookup, map, bytes);
    }

    /// <summary>Loads a program.</summary>
    /// <param name="code">Slots.</param>
    /// <param name="log">What the verifier says; empty for silence.</param>
    /// <param name="type">Program type; a socket filter when none is given.</param>
    /// <returns>A file descriptor, or the negative error number.</returns>
    public static int Load(ReadOnlySpan<Isa.Instruction> code, Span<byte> log, uint type = SocketFilter)
    {
        if (UnaskedPrograms.WhyNot(code) is string reason)
            throw new InvalidOperationException(reason);
        ReadOnlySpan<byte> licence = "GPL\0"u8;
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        fixed (Isa.Instruction* slots = code)
        fixed (byte* text = log, licenceText = licence)
        {
            *(uint*)attribute = type;
            *(uint*)(attribute + 4) = (uint)code.Length;
            *(ulong*)(attribute + 8) = (ulong)slots;
            *(ulong*)(attribute + 16) = (ulong)licenceText;
            *(uint*)(attribute + 24) = log.Length == 0 ? 0u : 1u;
            *(uint*)(attribute + 28) = (uint)log.Length;
            *(ulong*)(attribute + 32) = (ulong)text;
            // The verifier gives up for a while when a signal comes, and the runtime's collector sends signals.
            const int tryAgain = -11;
            int result = tryAgain;
            for (int attempt = 0; result == tryAgain && attempt < 20; attempt++)
                result = Call(ProgramLoad, attribute);
            return result;
        }
    }

    /// <summary>Runs a program once on a packet.</summary>
    /// <param name="program">File descriptor.</param>
    /// <param name="packet">At least 14 bytes.</param>
    /// <param name="result">Low half of r0.</param>
    public static int TestRun(int program, ReadOnlySpan<byte> packet, out uint result)
    {
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        fixed (byte* bytes = packet)
        {
            *(uint*)attribute = (uint)program;
            *(uint*)(attribute + 8) = (uint)packet.Length;
            *(ulong*)(attribute + 16) = (ulong)bytes;
            *(uint*)(attribute + 32) = 1;
            int error = Call(ProgramTestRun, attribute);
            result = *(uint*)(attribute + 4);
            return error;
        }
    }

    /// <summary>Gives a file descriptor back.</summary>
    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    static int Access(int command, int map, byte* value)
    {
        uint key = 0;
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        *(uint*)attribute = (uint)map;
        *(ulong*)(attribute + 8) = (ulong)&key;
        *(ulong*)(attribute + 16) = (ulong)value;
        return Call(command, attribute);
    }

    static void Clear(byte* attribute) => new Span<byte>(attribute, AttributeSize).Clear();

    static int Call(int command, byte* attribute)
    {
        long result = syscall(SystemCall, command, attribute, AttributeSize);
        return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, int command, byte* attribute, uint size);
}
