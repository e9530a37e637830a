// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Spoils a program in a few places. Map references stay with their loads, jumps with their targets.</summary>
static class Mutator
{
    static readonly int[] s_immediates = [0, 1, 2, 3, 4, 7, 8, 14, 15, 16, 20, 31, 32, 63, 64, 255, 256, 0xffff, int.MaxValue, -1, -2, -4, -8, -16, -64, int.MinValue];
    static readonly byte[] s_operations = [Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.And, Opcode.Or, Opcode.Xor, Opcode.Lsh, Opcode.Rsh, Opcode.Arsh, Opcode.Mov, Opcode.Div, Opcode.Mod];
    static readonly byte[] s_comparisons = [Opcode.Jeq, Opcode.Jne, Opcode.Jset, Opcode.Jgt, Opcode.Jge, Opcode.Jlt, Opcode.Jle, Opcode.Jsgt, Opcode.Jsge, Opcode.Jslt, Opcode.Jsle];
    static readonly byte[] s_sizes = [Opcode.B, Opcode.H, Opcode.W, Opcode.DW];

    /// <summary>A program with so many changes.</summary>
    /// <returns>The program as it was where the mutant cannot be written.</returns>
    public static ProgramSpec Mutate(ProgramSpec program, SeededRandom random, int changes)
    {
        var editor = ProgramEditor.Of(program);
        for (int i = 0; i < changes; i++)
            Change(editor, random);
        return editor.Build() ?? program;
    }

    static void Change(ProgramEditor editor, SeededRandom random)
    {
        int index = random.Below(editor.Places.Count);
        ProgramEditor.Place place = editor.Places[index];
        // The last instruction of a function has to leave it, and everything has to be reached: exits stay mostly.
        if (place.Instruction.IsExit && !random.Chance(5))
            return;
        switch (random.Below(10))
        {
            case 0:
                place.Gone = !place.Instruction.IsExit;
                break;
            case 1:
                Duplicate(editor, random, place);
                break;
            case 2:
                Swap(editor, index);
                break;
            case 3 or 4:
                ChangeRegister(place, random);
                break;
            case 5:
                ChangeOpcode(place, random);
                break;
            case 6 or 7 when place.Target is not null && !place.Instruction.IsProgramCall && !place.Instruction.IsFunctionReference:
                Aim(editor, place, index, random);
                break;
            case 6 or 7 when place.Instruction.Class is Opcode.Ldx or Opcode.St or Opcode.Stx:
                place.Instruction = place.Instruction with { Offset = (short)(place.Instruction.Offset + random.Pick<int>([-1, 1, -4, 4, -8, 8, 2, 16])) };
                break;
            default:
                ChangeImmediate(place, random);
                break;
        }
    }

    static void Duplicate(ProgramEditor editor, SeededRandom random, ProgramEditor.Place place)
    {
        if (place.Instruction.IsExit || editor.Places.Count == 1)
            return;
        ProgramEditor.Place copy = place.Copy();
        editor.Insert(1 + random.Below(editor.Places.Count - 1), copy);
    }

    static void Swap(ProgramEditor editor, int index)
    {
        if (index + 1 >= editor.Places.Count)
            return;
        (ProgramEditor.Place first, ProgramEditor.Place second) = (editor.Places[index], editor.Places[index + 1]);
        if (second.Instruction.IsExit || first.Instruction.IsExit)
            return;
        // What jumps to either goes on to the same place in the program.
        (first.Instruction, second.Instruction) = (second.Instruction, first.Instruction);
        (first.Second, second.Second) = (second.Second, first.Second);
        (first.Target, second.Target) = (second.Target, first.Target);
        (first.Map, second.Map) = (second.Map, first.Map);
    }

    static void ChangeRegister(ProgramEditor.Place place, SeededRandom random)
    {
        Instruction instruction = place.Instruction;
        var register = (Register)random.Below(11);
        bool source = instruction.Class is Opcode.Ldx or Opcode.Stx
            || ((instruction.IsArithmetic || instruction.IsConditionalJump) && instruction.UsesSourceRegister && instruction.Operation != Opcode.End);
        if (instruction.IsCall || instruction.IsUnconditionalJump || instruction.IsMayGoto)
            return;
        place.Instruction = source && random.Chance(50)
            ? new Instruction(instruction.Opcode, instruction.Destination, register, instruction.Offset, instruction.Immediate)
            : new Instruction(instruction.Opcode, register, instruction.Source, instruction.Offset, instruction.Immediate);
    }

    static void ChangeOpcode(ProgramEditor.Place place, SeededRandom random)
    {
        Instruction instruction = place.Instruction;
        byte opcode = instruction.Opcode;
        if (instruction.IsArithmetic && instruction.Operation is not (Opcode.End or Opcode.Neg))
        {
            if (random.Chance(40))
                opcode ^= Opcode.Alu ^ Opcode.Alu64;
            else if (instruction.Offset == 0)
                opcode = (byte)((opcode & 0xf) | random.Pick<byte>(s_operations));
        }
        else if (instruction.IsConditionalJump && !instruction.IsMayGoto)
        {
            opcode = random.Chance(30) ? (byte)(opcode ^ Opcode.Jmp ^ Opcode.Jmp32) : (byte)((opcode & 0xf) | random.Pick<byte>(s_comparisons));
        }
        else if (instruction.Class is Opcode.Ldx or Opcode.St or Opcode.Stx && !instruction.IsAtomic)
        {
            opcode = (byte)((opcode & ~Opcode.SizeMask) | random.Pick<byte>(s_sizes));
            if (instruction.Class == Opcode.Ldx && (opcode & Opcode.SizeMask) == Opcode.DW)
                opcode = (byte)((opcode & ~Opcode.ModeMask) | Opcode.Mem);
        }
        else if (instruction.IsAtomicUpdate)
        {
            opcode = (byte)((opcode & ~Opcode.SizeMask) | random.Pick<byte>([Opcode.W, Opcode.DW]));
        }

        place.Instruction = instruction with { Opcode = opcode };
    }

    static void Aim(ProgramEditor editor, ProgramEditor.Place place, int index, SeededRandom random)
    {
        int[] starts = editor.Starts();
        int function = 0;
        while (function + 2 < starts.Length && starts[function + 1] <= index)
            function++;
        place.Target = editor.Places[starts[function] + random.Below(starts[function + 1] - starts[function])];
    }

    static void ChangeImmediate(ProgramEditor.Place place, SeededRandom random)
    {
        Instruction instruction = place.Instruction;
        bool constant = instruction.Class == Opcode.St || (instruction.IsWideLoad && place.Map is null && place.Target is null)
            || ((instruction.IsArithmetic || instruction.IsConditionalJump) && !instruction.UsesSourceRegister && !instruction.IsMayGoto
                && instruction.Operation is not (Opcode.End or Opcode.Neg));
        if (instruction.IsHelperCall && random.Chance(30))
            place.Instruction = instruction with { Immediate = random.Pick(World.Helpers.Keys.AsSpan()) };
        if (!constant)
            return;
        int value = random.Below(4) switch
        {
            0 => instruction.Immediate + 1,
            1 => instruction.Immediate - 1,
            2 => instruction.Immediate * 2,
            _ => random.Pick<int>(s_immediates),
        };
        place.Instruction = instruction with { Immediate = value };
    }
}
