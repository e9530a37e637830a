// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Abi;

namespace NopTap.Jit;

/// <summary>What hash maps that can share one look-up routine have in common.</summary>
/// <param name="KeySize">Bytes of a key.</param>
/// <param name="IsPerProcessor">Whether each processor has a value of its own.</param>
readonly record struct HashShape(uint KeySize, bool IsPerProcessor);

/// <summary>bpf_map_lookup_elem on a hash as machine code; <see cref="MapHeader"/> tells layout, hash and the rule of recycled elements.</summary>
/// <remarks>
/// Arguments as of the helper: map in rdi, address of the key in rsi. Reads in the order link, hash, key of each element, which x86 keeps.
/// Changes only registers that a call may change. In the walk:
/// <code>
/// rax  link, number of the element     r8   number of the bucket
/// rcx  element                         r9   hash
/// rdx  word of the key                 r10  the whole key when it is at most 8 bytes, else index of a word
/// rdi  map       rsi  key              r11  bytes of an element
/// </code>
/// </remarks>
static class HashRoutine
{
    const ulong Multiplier = 0x9E3779B97F4A7C15;

    // Offsets in a bucket and in an element.
    const int Link = 0;
    const int ElementHash = 4;
    const int Key = 8;

    // Keys of at most so many whole words are hashed and compared without a loop.
    const int UnrolledWords = 4;

    internal static void Emit(MachineWriter writer, Label start, HashShape shape)
    {
        int size = (int)shape.KeySize;
        Label restart = writer.NewLabel();
        Label walk = writer.NewLabel();
        Label next = writer.NewLabel();
        Label end = writer.NewLabel();
        Label miss = writer.NewLabel();
        writer.Align(16);
        writer.Bind(start);
        EmitHash(writer, size);
        writer.Load(4, Gpr.R8, Gpr.Rdi, MapHeader.BucketMaskOffset);
        writer.Binary(BinaryOperation.And, Width.Bits32, Gpr.R8, Gpr.R9);
        writer.Load(4, Gpr.R11, Gpr.Rdi, MapHeader.ElementStrideOffset);

        writer.Bind(restart);
        writer.Load(8, Gpr.Rcx, Gpr.Rdi, MapHeader.BucketsOffset);
        writer.LoadElementHalf(Gpr.Rax, Gpr.Rcx, Gpr.R8);
        writer.Test(Width.Bits32, Gpr.Rax, Gpr.Rax);
        writer.JumpIf(Condition.LessOrEqual, end);
        writer.Bind(walk);
        writer.Move(Width.Bits32, Gpr.Rcx, Gpr.Rax);
        writer.Multiply(Width.Bits64, Gpr.Rcx, Gpr.R11);
        writer.AddFromMemory64(Gpr.Rcx, Gpr.Rdi, MapHeader.ValuesOffset);
        writer.CompareMemory32(Gpr.R9, Gpr.Rcx, ElementHash);
        writer.JumpIf(Condition.NotEqual, next);
        EmitCompare(writer, size, next);
        EmitValue(writer, shape);
        writer.Return();
        writer.Bind(next);
        writer.Load(4, Gpr.Rax, Gpr.Rcx, Link);
        writer.Test(Width.Bits32, Gpr.Rax, Gpr.Rax);
        writer.JumpIf(Condition.Greater, walk);

        // The chain has ended. When it was not the one that the walk began in, an element was recycled meanwhile.
        writer.Bind(end);
        writer.JumpIf(Condition.Equal, miss);
        writer.Binary(BinaryOperation.And, Width.Bits32, Gpr.Rax, int.MaxValue);
        writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.Rax, Gpr.R8);
        writer.JumpIf(Condition.NotEqual, restart);
        writer.Bind(miss);
        writer.MoveConstant(Gpr.Rax, 0);
        writer.Return();
    }

    // The hash into r9, and a key of at most 8 bytes into r10.
    static void EmitHash(MachineWriter writer, int size)
    {
        int words = size / 8;
        writer.Load(4, Gpr.R9, Gpr.Rdi, MapHeader.HashSeedOffset);
        writer.MoveConstant(Gpr.R8, Multiplier);
        if (words > UnrolledWords)
        {
            Label head = writer.NewLabel();
            writer.MoveConstant(Gpr.R11, 0);
            writer.Bind(head);
            writer.LoadElement(Gpr.R10, Gpr.Rsi, Gpr.R11);
            EmitMix(writer);
            writer.Binary(BinaryOperation.Add, Width.Bits32, Gpr.R11, 1);
            writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.R11, words);
            writer.JumpIf(Condition.Below, head);
        }
        else
        {
            for (int i = 0; i < words; i++)
            {
                writer.Load(8, Gpr.R10, Gpr.Rsi, 8 * i);
                EmitMix(writer);
            }
        }

        if ((size & 7) == 0)
            return;
        EmitTail(writer, size);
        EmitMix(writer);
    }

    // h = (h ^ word) * Multiplier; h ^= h >> 32, with h in r9 and word in r10, which stays.
    static void EmitMix(MachineWriter writer)
    {
        writer.Binary(BinaryOperation.Xor, Width.Bits64, Gpr.R9, Gpr.R10);
        writer.Multiply(Width.Bits64, Gpr.R9, Gpr.R8);
        writer.Move(Width.Bits64, Gpr.Rdx, Gpr.R9);
        writer.Shift(ShiftOperation.Right, Width.Bits64, Gpr.Rdx, 32);
        writer.Binary(BinaryOperation.Xor, Width.Bits64, Gpr.R9, Gpr.Rdx);
    }

    // The last 1 to 7 bytes, zero-extended, into r10, without reading beyond the key: what is no power of two is read as two words that overlap.
    static void EmitTail(MachineWriter writer, int size)
    {
        int tail = size & 7;
        if (size > 8)
        {
            writer.Load(8, Gpr.R10, Gpr.Rsi, size - 8);
            writer.Shift(ShiftOperation.Right, Width.Bits64, Gpr.R10, 64 - (8 * tail));
            return;
        }

        int part = tail >= 4 ? 4 : tail >= 2 ? 2 : 1;
        writer.Load(part, Gpr.R10, Gpr.Rsi, 0);
        if (part == tail)
            return;
        writer.Load(part, Gpr.Rdx, Gpr.Rsi, tail - part);
        writer.Shift(ShiftOperation.Left, Width.Bits64, Gpr.Rdx, 8 * (tail - part));
        writer.Binary(BinaryOperation.Or, Width.Bits64, Gpr.R10, Gpr.Rdx);
    }

    // Bytes behind the key in an element are always 0, so that a short key is one word on either side.
    static void EmitCompare(MachineWriter writer, int size, Label different)
    {
        if (size <= 8)
        {
            writer.CompareMemory64(Gpr.R10, Gpr.Rcx, Key);
            writer.JumpIf(Condition.NotEqual, different);
            return;
        }

        int words = size / 8;
        if (words > UnrolledWords)
        {
            Label head = writer.NewLabel();
            writer.MoveConstant(Gpr.R10, 0);
            writer.Bind(head);
            writer.LoadElement(Gpr.Rdx, Gpr.Rsi, Gpr.R10);
            writer.CompareElement(Gpr.Rdx, Gpr.Rcx, Gpr.R10, Key);
            writer.JumpIf(Condition.NotEqual, different);
            writer.Binary(BinaryOperation.Add, Width.Bits32, Gpr.R10, 1);
            writer.Binary(BinaryOperation.Compare, Width.Bits32, Gpr.R10, words);
            writer.JumpIf(Condition.Below, head);
        }
        else
        {
            for (int i = 0; i < words; i++)
                EmitCompareWord(writer, 8 * i, different);
        }

        if ((size & 7) != 0)
            EmitCompareWord(writer, size - 8, different);
    }

    static void EmitCompareWord(MachineWriter writer, int offset, Label different)
    {
        writer.Load(8, Gpr.Rdx, Gpr.Rsi, offset);
        writer.CompareMemory64(Gpr.Rdx, Gpr.Rcx, Key + offset);
        writer.JumpIf(Condition.NotEqual, different);
    }

    // Element rcx with number rax is the one.
    static void EmitValue(MachineWriter writer, HashShape shape)
    {
        if (!shape.IsPerProcessor)
        {
            writer.Sum(Width.Bits64, Gpr.Rax, Gpr.Rcx, Key + (int)((shape.KeySize + 7) & ~7u));
            return;
        }

        writer.Load(4, Gpr.Rcx, Gpr.Rdi, MapHeader.ValueStrideOffset);
        writer.Multiply(Width.Bits64, Gpr.Rax, Gpr.Rcx);
        writer.Load(4, Gpr.Rcx, MachineRegisters.ThreadBlock, ThreadBlock.ProcessorOffset);
        writer.MultiplyByMemory64(Gpr.Rcx, Gpr.Rdi, MapHeader.ProcessorStrideOffset);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rax, Gpr.Rcx);
        writer.AddFromMemory64(Gpr.Rax, Gpr.Rdi, MapHeader.ProcessorValuesOffset);
    }
}
