// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Runtime.InteropServices;

namespace NopTap.Helpers;

/// <summary>Numbers that stand for addresses where a program prints one: the same for the same address in one process, and no help to find it.</summary>
/// <remarks>SipHash-2-4 (Aumasson and Bernstein, 2012) under a key that is drawn when the process starts; the low half is shown, as in the kernel.</remarks>
internal static class PointerHash
{
    // 122 random bits.
    static readonly (ulong First, ulong Second) s_key = Key(Guid.NewGuid());

    /// <summary>The number for an address.</summary>
    internal static uint Of(ulong address) => (uint)Hash(address, s_key.First, s_key.Second);

    internal static ulong Hash(ulong word, ulong first, ulong second)
    {
        const ulong LengthOfOneWord = 8ul << 56;
        ulong a = first ^ 0x736f6d6570736575;
        ulong b = second ^ 0x646f72616e646f6d;
        ulong c = first ^ 0x6c7967656e657261;
        ulong d = second ^ 0x7465646279746573;
        Absorb(word, ref a, ref b, ref c, ref d);
        Absorb(LengthOfOneWord, ref a, ref b, ref c, ref d);
        c ^= 0xff;
        for (int round = 0; round < 4; round++)
            Round(ref a, ref b, ref c, ref d);
        return a ^ b ^ c ^ d;
    }

    static void Absorb(ulong word, ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        d ^= word;
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        a ^= word;
    }

    static void Round(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a += b;
        b = BitOperations.RotateLeft(b, 13) ^ a;
        a = BitOperations.RotateLeft(a, 32);
        c += d;
        d = BitOperations.RotateLeft(d, 16) ^ c;
        a += d;
        d = BitOperations.RotateLeft(d, 21) ^ a;
        c += b;
        b = BitOperations.RotateLeft(b, 17) ^ c;
        c = BitOperations.RotateLeft(c, 32);
    }

    static (ulong First, ulong Second) Key(Guid random)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<Guid, ulong>(new ReadOnlySpan<Guid>(in random));
        return (words[0], words[1]);
    }
}
