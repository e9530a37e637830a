// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz;

/// <summary>SplitMix64: a generator whose sequence for a seed is the same on every machine and version.</summary>
sealed class SeededRandom(ulong seed)
{
    static readonly ulong[] s_corners =
    [
        0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        long.MaxValue, 0x8000_0000_0000_0000, ulong.MaxValue, ulong.MaxValue - 1, 0xffff_ffff_8000_0000, 0xffff_ffff_7fff_ffff, 0x8000_0000_8000_0000,
    ];

    ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9e37_79b9_7f4a_7c15;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }

    /// <summary>A number below a bound.</summary>
    public int Below(int bound) => (int)((UInt128)Next() * (uint)bound >> 64);

    /// <summary>Whether something of so many chances in a hundred happens.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of several.</summary>
    public T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>A number at which arithmetic likes to go wrong, or any.</summary>
    public ulong Value() => Below(3) switch
    {
        0 => Next(),
        1 => Pick<ulong>(s_corners),
        _ => (ulong)(long)(sbyte)Next(),
    };
}
