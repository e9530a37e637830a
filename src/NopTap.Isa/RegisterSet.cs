// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace NopTap.Isa;

/// <summary>A set of registers: bit n stands for register n.</summary>
/// <param name="Bits">Bits 0 to 10.</param>
public readonly record struct RegisterSet(ushort Bits)
{
    /// <summary>No register.</summary>
    public static RegisterSet None => default;

    /// <summary>r0 to r10.</summary>
    public static RegisterSet All => new(0x7ff);

    /// <summary>r0 to r5, which a call may change.</summary>
    public static RegisterSet CallClobbered => new(0x3f);

    /// <summary>r1 to r5.</summary>
    public static RegisterSet Arguments => new(0x3e);

    /// <summary>r6 to r9, which a call keeps.</summary>
    public static RegisterSet CallKept => new(0x3c0);

    /// <summary>The set of one register.</summary>
    /// <param name="register">Its element.</param>
    public static RegisterSet Of(Register register) => new((ushort)(1 << (int)register));

    /// <summary>Whether a register is in the set.</summary>
    /// <param name="register">The register.</param>
    public bool Contains(Register register) => ((Bits >> (int)register) & 1) != 0;

    /// <summary>Whether there is no element.</summary>
    public bool IsEmpty => Bits == 0;

    /// <summary>Number of elements.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>This set and one register more.</summary>
    /// <param name="register">The register.</param>
    public RegisterSet With(Register register) => this | Of(register);

    /// <summary>This set without one register.</summary>
    /// <param name="register">The register.</param>
    public RegisterSet Without(Register register) => this - Of(register);

    /// <summary>Union.</summary>
    public static RegisterSet operator |(RegisterSet left, RegisterSet right) => new((ushort)(left.Bits | right.Bits));

    /// <summary>Intersection.</summary>
    public static RegisterSet operator &(RegisterSet left, RegisterSet right) => new((ushort)(left.Bits & right.Bits));

    /// <summary>Difference.</summary>
    public static RegisterSet operator -(RegisterSet left, RegisterSet right) => new((ushort)(left.Bits & ~right.Bits));

    /// <summary>Names separated by commas, for example <c>r1,r6</c>.</summary>
    public override string ToString()
    {
        ushort bits = Bits;
        return string.Join(',', Enumerable.Range(0, 11).Where(n => ((bits >> n) & 1) != 0).Select(n => $"r{n}"));
    }
}
