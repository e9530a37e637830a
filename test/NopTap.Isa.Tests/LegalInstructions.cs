// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa.Tests;

// Every legal combination of opcode and variant, written down from the instruction set and not from the checks under test.
static class LegalInstructions
{
    static readonly byte[] s_binary =
    [
        Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.Div, Opcode.Or, Opcode.And, Opcode.Lsh, Opcode.Rsh, Opcode.Mod, Opcode.Xor, Opcode.Mov, Opcode.Arsh,
    ];

    static readonly byte[] s_comparisons =
    [
        Opcode.Jeq, Opcode.Jgt, Opcode.Jge, Opcode.Jset, Opcode.Jne, Opcode.Jsgt, Opcode.Jsge, Opcode.Jlt, Opcode.Jle, Opcode.Jslt, Opcode.Jsle,
    ];

    static readonly int[] s_updates = [0x00, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1];

    // One instruction of each kind with fields drawn from a seed; a wide load is followed by its second slot.
    internal static IEnumerable<ImmutableArray<Instruction>> Draw(int seed)
    {
        var random = new Random(seed);
        return [.. Arithmetic(random), .. Jumps(random), .. Calls(random), .. Loads(random), .. Stores(random), .. Wide(random)];
    }

    static Register Any(Random random) => (Register)random.Next(11);

    static Register Writable(Random random) => (Register)random.Next(10);

    static short Offset(Random random) => random.Next(8) switch
    {
        0 => 0,
        1 => short.MinValue,
        2 => short.MaxValue,
        3 => -1,
        _ => (short)random.Next(short.MinValue, short.MaxValue + 1),
    };

    static int Immediate(Random random) => random.Next(8) switch
    {
        0 => 0,
        1 => int.MinValue,
        2 => int.MaxValue,
        3 => -1,
        _ => random.Next(int.MinValue, int.MaxValue),
    };

    static ImmutableArray<Instruction> One(int opcode, Register destination, Register source, short offset, int immediate) =>
        [new((byte)opcode, destination, source, offset, immediate)];

    static IEnumerable<ImmutableArray<Instruction>> Arithmetic(Random random)
    {
        foreach (byte kind in (byte[])[Opcode.Alu, Opcode.Alu64])
        {
            foreach (byte operation in s_binary)
            {
                yield return One(kind | operation, Writable(random), 0, 0, Immediate(random));
                yield return One(kind | operation | Opcode.X, Writable(random), Any(random), 0, 0);
                if (operation is not (Opcode.Div or Opcode.Mod))
                    continue;
                yield return One(kind | operation, Writable(random), 0, 1, Immediate(random));
                yield return One(kind | operation | Opcode.X, Writable(random), Any(random), 1, 0);
            }

            yield return One(kind | Opcode.Neg, Writable(random), 0, 0, 0);
            yield return One(kind | Opcode.Mov | Opcode.X, Writable(random), Any(random), 8, 0);
            yield return One(kind | Opcode.Mov | Opcode.X, Writable(random), Any(random), 16, 0);
            foreach (int width in (int[])[16, 32, 64])
            {
                yield return One(kind | Opcode.End, Writable(random), 0, 0, width);
                if (kind == Opcode.Alu)
                    yield return One(kind | Opcode.End | Opcode.X, Writable(random), 0, 0, width);
            }
        }

        yield return One(Opcode.Alu64 | Opcode.Mov | Opcode.X, Writable(random), Any(random), 32, 0);
        yield return One(Opcode.Alu64 | Opcode.Mov | Opcode.X, Writable(random), Any(random), 1, 1);
        yield return One(Opcode.Alu64 | Opcode.Mov | Opcode.X, Writable(random), Any(random), 1, 0x10000);
    }

    static IEnumerable<ImmutableArray<Instruction>> Jumps(Random random)
    {
        yield return One(Opcode.Jmp | Opcode.Ja, 0, 0, Offset(random), 0);
        yield return One(Opcode.Jmp32 | Opcode.Ja, 0, 0, 0, Immediate(random));
        yield return One(Opcode.Jmp | Opcode.Jcond, 0, 0, Offset(random), 0);
        yield return One(Opcode.Jmp | Opcode.Exit, 0, 0, 0, 0);
        foreach (byte kind in (byte[])[Opcode.Jmp, Opcode.Jmp32])
        {
            foreach (byte operation in s_comparisons)
            {
                yield return One(kind | operation, Any(random), 0, Offset(random), Immediate(random));
                yield return One(kind | operation | Opcode.X, Any(random), Any(random), Offset(random), 0);
            }
        }
    }

    static IEnumerable<ImmutableArray<Instruction>> Calls(Random random)
    {
        yield return One(Opcode.Jmp | Opcode.Call, 0, 0, 0, random.Next(1, 212));
        yield return One(Opcode.Jmp | Opcode.Call, 0, 0, 0, Immediate(random));
        yield return One(Opcode.Jmp | Opcode.Call, 0, (Register)1, 0, Immediate(random));
        yield return One(Opcode.Jmp | Opcode.Call, 0, (Register)2, Offset(random), Immediate(random));
        yield return One(Opcode.Jmp | Opcode.Call | Opcode.X, Any(random), 0, 0, 0);
    }

    static IEnumerable<ImmutableArray<Instruction>> Loads(Random random)
    {
        foreach (byte size in (byte[])[Opcode.B, Opcode.H, Opcode.W, Opcode.DW])
        {
            yield return One(Opcode.Ldx | Opcode.Mem | size, Writable(random), Any(random), Offset(random), 0);
            yield return One(Opcode.Stx | Opcode.Atomic | size, Writable(random), Any(random), Offset(random), 0x100);
            if (size == Opcode.DW)
                continue;
            yield return One(Opcode.Ldx | Opcode.MemSx | size, Writable(random), Any(random), Offset(random), 0);
            yield return One(Opcode.Ld | Opcode.Abs | size, 0, 0, 0, Immediate(random));
            yield return One(Opcode.Ld | Opcode.Ind | size, 0, Any(random), 0, Immediate(random));
        }
    }

    static IEnumerable<ImmutableArray<Instruction>> Stores(Random random)
    {
        foreach (byte size in (byte[])[Opcode.B, Opcode.H, Opcode.W, Opcode.DW])
        {
            yield return One(Opcode.St | Opcode.Mem | size, Any(random), 0, Offset(random), Immediate(random));
            yield return One(Opcode.Stx | Opcode.Mem | size, Any(random), Any(random), Offset(random), 0);
            yield return One(Opcode.Stx | Opcode.Atomic | size, Any(random), Any(random), Offset(random), 0x110);
            if (size is Opcode.B or Opcode.H)
                continue;
            foreach (int update in s_updates)
                yield return One(Opcode.Stx | Opcode.Atomic | size, Any(random), Writable(random), Offset(random), update);
        }
    }

    static IEnumerable<ImmutableArray<Instruction>> Wide(Random random)
    {
        for (byte kind = 0; kind <= PseudoSource.MapIndexValue; kind++)
        {
            int high = kind is PseudoSource.MapFd or PseudoSource.MapIndex ? 0 : Immediate(random);
            yield return
            [
                new Instruction(Opcode.LdImm64, Writable(random), (Register)kind, 0, Immediate(random)),
                new Instruction(0, 0, 0, high),
            ];
        }
    }
}
