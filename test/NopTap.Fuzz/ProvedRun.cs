// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Engines;
using NopTap.TestKit.Leaks;

namespace NopTap.Fuzz;

/// <summary>
/// Runs bare instructions the way that every program goes: as a function of an XDP program that hands it its memory, a global variable, and keeps
/// what it returns. So it is verified, and compiled with the facts that were proved.
/// </summary>
static class ProvedRun
{
    static readonly byte[] s_packet = new byte[64];
    static readonly BpfRuntime s_interpreter = LeakCheck.DisposeAtEnd(new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Interpreter }));
    static readonly BpfRuntime s_chosen = LeakCheck.DisposeAtEnd(new BpfRuntime());

    /// <summary>Both engines, or the one that there is.</summary>
    public static IReadOnlyList<BpfRuntime> Runtimes { get; } = s_chosen.Engine == BpfEngine.Interpreter ? [s_interpreter] : [s_interpreter, s_chosen];

    /// <summary>The object; a runtime refuses it where the verifier does.</summary>
    public static BpfObjectSpec ObjectOf(GeneratedProgram program)
    {
        int length = program.Memory.Length;
        int resultOffset = ResultOffset(length);
        var memory = new byte[resultOffset + sizeof(ulong)];
        program.Memory.CopyTo(memory);
        ImmutableArray<Instruction> code = Wrap(program.Code, length, resultOffset);
        return new BpfObjectSpec
        {
            Name = $"seed-{program.Seed}",
            License = "GPL",
            Maps = [new MapSpec { Name = ".data", Type = MapType.Array, KeySize = 4, ValueSize = (uint)memory.Length, MaxEntries = 1, IsGlobalData = true, InitialValue = [.. memory] }],
            Programs =
            [
                new ProgramSpec
                {
                    Name = "wrapper", SectionName = "xdp", Type = ProgramType.Xdp, License = "GPL",
                    Instructions = code,
                    Functions = UnverifiedProgram.FindFunctions(code),
                    References = [.. References(code)],
                },
            ],
        };
    }

    /// <summary>Runs it once.</summary>
    public static EngineRun Run(BpfObject loaded, int length)
    {
        loaded.Programs[0].Run(s_packet);
        byte[] value = loaded.Maps[0].Lookup(new byte[4]);
        return new EngineRun(BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(ResultOffset(length))), value[..length]);
    }

    static int ResultOffset(int length) => (length + 7) & ~7;

    static ImmutableArray<Instruction> Wrap(ImmutableArray<Instruction> program, int length, int resultOffset)
    {
        const int Tail = 5;
        var value = (Register)PseudoSource.MapIndexValue;
        Instruction[] memory = length == 0 ? [Ins.Mov64(Register.R1, 0)] : [new(Opcode.LdImm64, Register.R1, value, 0, 0), default];
        return
        [
            .. memory,
            Ins.Mov64(Register.R2, length),
            new(Opcode.Jmp | Opcode.Call, 0, (Register)PseudoSource.ProgramCall, 0, Tail),
            new(Opcode.LdImm64, Register.R1, value, 0, 0),
            default,
            new(Opcode.Stx | Opcode.Mem | Opcode.DW, Register.R1, Register.R0, (short)resultOffset, 0),
            Ins.Mov64(Register.R0, 0),
            Ins.Exit(),
            .. program,
        ];
    }

    static IEnumerable<MapReference> References(ImmutableArray<Instruction> code)
    {
        for (int slot = 0; slot < code.Length; slot += code[slot].SlotCount)
        {
            if (code[slot].IsWideLoad && (byte)code[slot].Source == PseudoSource.MapIndexValue)
                yield return new MapReference(slot, 0, IsValue: true, 0);
        }
    }
}
