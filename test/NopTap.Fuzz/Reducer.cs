// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Fuzz;

/// <summary>Makes a program on which engines differ smaller: instructions become NOPs while the difference stays, then the NOPs go.</summary>
static class Reducer
{
    static readonly Instruction s_nop = new(Opcode.Jmp | Opcode.Ja, 0, 0, 0);

    /// <summary>Reduces a program.</summary>
    /// <param name="program">A program on which <see cref="Differential"/> finds a difference.</param>
    /// <param name="withKernel">Whether the kernel is one of the engines.</param>
    public static GeneratedProgram Reduce(GeneratedProgram program, bool withKernel)
    {
        for (int slot = 0; slot < program.Code.Length; slot += program.Code[slot].SlotCount)
        {
            if (program.Pinned[slot])
                continue;
            GeneratedProgram candidate = program with { Code = WithoutSlot(program.Code, slot) };
            if (Differential.Compare(candidate, withKernel).Difference is not null)
                program = candidate;
        }

        GeneratedProgram compact = Compact(program);
        return Differential.Compare(compact, withKernel).Difference is not null ? compact : program;
    }

    static ImmutableArray<Instruction> WithoutSlot(ImmutableArray<Instruction> code, int slot) =>
        code[slot].IsWideLoad ? code.SetItem(slot, s_nop).SetItem(slot + 1, s_nop) : code.SetItem(slot, s_nop);

    static GeneratedProgram Compact(GeneratedProgram program)
    {
        ImmutableArray<Instruction> code = program.Code;
        // Where each slot goes; one that is dropped goes where the next that stays does.
        var moved = new int[code.Length + 1];
        for (int slot = 0; slot < code.Length; slot++)
            moved[slot + 1] = moved[slot] + (code[slot] == s_nop ? 0 : 1);
        var kept = ImmutableArray.CreateBuilder<Instruction>();
        var pinned = ImmutableArray.CreateBuilder<bool>();
        for (int slot = 0; slot < code.Length; slot++)
        {
            if (code[slot] == s_nop)
                continue;
            bool secondHalf = slot > 0 && code[slot - 1].IsWideLoad;
            kept.Add(secondHalf ? code[slot] : Retarget(code[slot], slot, moved));
            pinned.Add(program.Pinned[slot]);
        }

        return program with { Code = kept.ToImmutable(), Pinned = pinned.ToImmutable() };
    }

    static Instruction Retarget(Instruction instruction, int slot, int[] moved)
    {
        if (instruction.IsProgramCall || instruction.IsFunctionReference)
            return instruction with { Immediate = moved[instruction.CallTarget(slot)] - moved[slot] - 1 };
        if (!instruction.IsJump)
            return instruction;
        int distance = moved[instruction.JumpTarget(slot)] - moved[slot] - 1;
        return instruction.IsLongJump ? instruction with { Immediate = distance } : instruction with { Offset = (short)distance };
    }
}
