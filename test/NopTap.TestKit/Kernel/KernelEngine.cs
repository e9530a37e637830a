// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Isa;
using NopTap.TestKit.Engines;

namespace NopTap.TestKit.Kernel;

/// <summary>Runs instructions on plain memory in the running kernel, where its verifier accepts them.</summary>
/// <remarks>
/// The program becomes a subprogram of a socket filter: r1 is the address of a map value that holds the memory, r2 its length. The filter
/// stores the whole of r0 behind the memory, since a test run reports half of it.
/// <code>
///   r1 = map value; r2 = length; call +4; r1 = map value; *(u64 *)(r1 + length) = r0; r0 = 0; exit; the program
/// </code>
/// </remarks>
public static class KernelEngine
{
    static readonly byte[] s_packet = new byte[64];
    static readonly Lazy<string?> s_unavailable = new(Probe);

    /// <summary>Why the kernel cannot be asked; null when it can.</summary>
    public static string? Unavailable => s_unavailable.Value;

    /// <summary>Loads and runs a program once.</summary>
    /// <param name="program">Slots; must not use more than seven frames.</param>
    /// <param name="memory">Content of its memory.</param>
    /// <param name="explain">Whether a refusal is to come with the verifier's words.</param>
    public static KernelRun Run(ReadOnlySpan<Instruction> program, ReadOnlySpan<byte> memory, bool explain = false)
    {
        int resultOffset = (memory.Length + 7) & ~7;
        var value = new byte[resultOffset + sizeof(ulong)];
        memory.CopyTo(value);
        int map = KernelBpf.CreateArray(value.Length);
        if (map < 0)
            return new KernelRun(null, -map, "");
        try
        {
            Check(KernelBpf.Write(map, value));
            byte[] log = explain ? new byte[1 << 20] : [];
            int loaded = KernelBpf.Load(Wrap(program, map, memory.Length, resultOffset), log);
            if (loaded < 0)
                return new KernelRun(null, -loaded, LastLines(log));
            try
            {
                Check(KernelBpf.TestRun(loaded, s_packet, out _));
            }
            finally
            {
                _ = KernelBpf.Close(loaded);
            }

            Check(KernelBpf.Read(map, value));
            ulong result = BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(resultOffset));
            return new KernelRun(new EngineRun(result, value[..memory.Length]), 0, "");
        }
        finally
        {
            _ = KernelBpf.Close(map);
        }
    }

    static Instruction[] Wrap(ReadOnlySpan<Instruction> program, int map, int length, int resultOffset)
    {
        var pseudo = (Register)PseudoSource.MapValue;
        Instruction[] head = length == 0
            ? [new(Opcode.Alu64 | Opcode.Mov, Register.R1, 0, 0, 0)]
            : [new(Opcode.LdImm64, Register.R1, pseudo, 0, map), default];
        const int Tail = 5;
        return
        [
            .. head,
            new(Opcode.Alu64 | Opcode.Mov, Register.R2, 0, 0, length),
            new(Opcode.Jmp | Opcode.Call, 0, (Register)PseudoSource.ProgramCall, 0, Tail),
            new(Opcode.LdImm64, Register.R1, pseudo, 0, map),
            default,
            new(Opcode.Stx | Opcode.Mem | Opcode.DW, Register.R1, Register.R0, (short)resultOffset, 0),
            new(Opcode.Alu64 | Opcode.Mov, Register.R0, 0, 0, 0),
            new(Opcode.Jmp | Opcode.Exit, 0, 0, 0, 0),
            .. program,
        ];
    }

    static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64)
            return "needs Linux on x86-64";
        ReadOnlySpan<Instruction> program = [new(Opcode.Alu64 | Opcode.Mov, Register.R0, 0, 0, 42), new(Opcode.Jmp | Opcode.Exit, 0, 0, 0, 0)];
        KernelRun run = Run(program, []);
        return run.Run is null ? $"bpf(2) is not permitted here (error {run.Error})" : null;
    }

    static string LastLines(ReadOnlySpan<byte> log)
    {
        int end = log.IndexOf((byte)0);
        string[] lines = Encoding.UTF8.GetString(end < 0 ? log : log[..end]).TrimEnd().Split('\n');
        return string.Join('\n', lines.TakeLast(6));
    }

    static void Check(int result)
    {
        if (result < 0)
            throw new InvalidOperationException($"bpf(2) gave error {-result}");
    }
}
