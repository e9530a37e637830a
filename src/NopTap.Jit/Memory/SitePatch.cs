// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Makes and reads the words by which a 5-byte site changes between NOP, CALL and JMP.</summary>
/// <remarks>
/// <code>
/// word    |0|1|2|3|4|5|6|7|      a site starts at byte 0 to 3, so that its 5 bytes are in one word
/// site        |op|  rel32 |      0f 1f 44 00 00 NOP, e8 rel32 CALL, e9 rel32 JMP
/// </code>
/// </remarks>
public static class SitePatch
{
    /// <summary>Bytes of a site.</summary>
    public const int Size = 5;

    const ulong SiteMask = (1UL << (8 * Size)) - 1;
    const byte CallOpcode = 0xe8;
    const byte JumpOpcode = 0xe9;

    // nop dword [rax+rax+0], Intel SDM volume 2, NOP, recommended multi-byte forms.
    const ulong NopBytes = 0x00_0044_1f0f;

    /// <summary>The NOP of an idle site.</summary>
    public static ReadOnlySpan<byte> Nop => [0x0f, 0x1f, 0x44, 0x00, 0x00];

    /// <summary>Whether a site at this address lies inside one aligned word.</summary>
    /// <param name="site">Address of its first byte.</param>
    public static bool Fits(ulong site) => (site & 7) <= 8 - Size;

    /// <summary>Address of the aligned word that holds a site.</summary>
    /// <param name="site">Address of its first byte.</param>
    public static ulong WordAddress(ulong site) => site & ~7UL;

    /// <summary>The word with the site idle.</summary>
    /// <param name="site">Address of its first byte.</param>
    /// <param name="word">The word as it is.</param>
    public static ulong WithNop(ulong site, ulong word) => Replace(site, word, NopBytes);

    /// <summary>The word with a CALL at the site.</summary>
    /// <param name="site">Address of its first byte.</param>
    /// <param name="word">The word as it is.</param>
    /// <param name="target">Address to call.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is farther than rel32 reaches; never so within one code region.</exception>
    public static ulong WithCall(ulong site, ulong word, ulong target) => Replace(site, word, CallOpcode | Distance(site, target));

    /// <summary>The word with a JMP at the site.</summary>
    /// <param name="site">Address of its first byte.</param>
    /// <param name="word">The word as it is.</param>
    /// <param name="target">Address to jump to.</param>
    /// <exception cref="ArgumentOutOfRangeException">The target is farther than rel32 reaches; never so within one code region.</exception>
    public static ulong WithJump(ulong site, ulong word, ulong target) => Replace(site, word, JumpOpcode | Distance(site, target));

    /// <summary>What the site does in a word.</summary>
    /// <param name="site">Address of its first byte.</param>
    /// <param name="word">The word that holds it.</param>
    /// <param name="target">Where a CALL or JMP goes; 0 for a NOP.</param>
    public static SiteState Read(ulong site, ulong word, out ulong target)
    {
        ulong bytes = (word >> Shift(site)) & SiteMask;
        target = 0;
        if (bytes == NopBytes)
            return SiteState.Nop;
        SiteState state = (byte)bytes switch
        {
            CallOpcode => SiteState.Call,
            JumpOpcode => SiteState.Jump,
            _ => SiteState.Other,
        };
        if (state != SiteState.Other)
            target = site + Size + (ulong)(long)(int)(uint)(bytes >> 8);
        return state;
    }

    static ulong Replace(ulong site, ulong word, ulong bytes)
    {
        int shift = Shift(site);
        return (word & ~(SiteMask << shift)) | (bytes << shift);
    }

    static int Shift(ulong site)
    {
        if (!Fits(site))
            throw new ArgumentOutOfRangeException(nameof(site), $"the 5 bytes at 0x{site:x} cross an aligned word");
        return (int)(site & 7) * 8;
    }

    static ulong Distance(ulong site, ulong target)
    {
        long distance = unchecked((long)(target - (site + Size)));
        if (distance != (int)distance)
            throw new ArgumentOutOfRangeException(nameof(target), $"0x{target:x} is out of reach of a site at 0x{site:x}");
        return (ulong)(uint)(int)distance << 8;
    }
}
