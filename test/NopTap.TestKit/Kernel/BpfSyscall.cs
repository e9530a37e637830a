// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.TestKit.Kernel;

/// <summary>bpf(2), and what goes with it; x86-64 Linux.</summary>
public static unsafe partial class BpfSyscall
{
    public const int MapCreate = 0;
    public const int MapUpdate = 2;
    public const int ProgramLoad = 5;
    public const int ProgramTestRun = 10;
    public const int BtfLoad = 18;
    public const int MapFreeze = 22;
    const int SysBpf = 321;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall(long number, long command, void* attributes, long size);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    /// <summary>Result, or the negative error number.</summary>
    public static int Call(int command, Span<byte> attributes)
    {
        fixed (byte* pointer = attributes)
        {
            long result = Syscall(SysBpf, command, pointer, attributes.Length);
            return result < 0 ? -Marshal.GetLastPInvokeError() : (int)result;
        }
    }

    /// <summary>Loads a program. The verifier gives up for a while when a signal comes, and the runtime's collector sends signals.</summary>
    /// <exception cref="InvalidOperationException">Asking about the program would harm the kernel: whoever asks looks first.</exception>
    public static int LoadProgram(Span<byte> attributes)
    {
        // SAFETY: the attributes hold the number of instructions, and where they are as long as the call lasts.
        var code = new ReadOnlySpan<Isa.Instruction>((void*)MemoryMarshal.Read<ulong>(attributes[8..]), MemoryMarshal.Read<int>(attributes[4..]));
        if (UnaskedPrograms.WhyNot(code) is string reason)
            throw new InvalidOperationException(reason);
        const int tryAgain = -11;
        int result = tryAgain;
        for (int attempt = 0; result == tryAgain && attempt < 20; attempt++)
            result = Call(ProgramLoad, attributes);
        return result;
    }

    public static void Close(int descriptor) => _ = CloseDescriptor(descriptor);
}
