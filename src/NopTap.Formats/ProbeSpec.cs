// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>A static probe of one program: its prototype and its sites there.</summary>
public sealed record ProbeSpec
{
    /// <summary>Name: a C identifier.</summary>
    public required string Name { get; init; }

    /// <summary>Zero to five parameters, from the declaration.</summary>
    public ImmutableArray<ProbeParameter> Parameters { get; init; } = [];

    /// <summary>FUNC_PROTO of the declaration in the object's BTF; 0 when the probe is undeclared or the object has no BTF.</summary>
    public int PrototypeId { get; init; }

    /// <summary>Sites in this program in order of instruction; empty for a probe that is declared but never placed here.</summary>
    public ImmutableArray<ProbeSiteSpec> Sites { get; init; } = [];

    /// <summary>Prototype as C text, for example <c>verdict(int len, int ret)</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(", ", Parameters)})";
}

/// <summary>What a probe argument is to an observer.</summary>
public enum ProbeArgumentKind
{
    /// <summary>Integer, bool, char or enum: truncated and extended by the declared type.</summary>
    Integer,

    /// <summary>Pointer to the program type's own context structure.</summary>
    Context,

    /// <summary>Any other pointer: an address that probe_read_kernel may try.</summary>
    Pointer,
}

/// <summary>One declared parameter of a probe.</summary>
/// <param name="Name">Name, or null when the declaration gives none (the RFC's header never does).</param>
/// <param name="TypeName">C type as declared, for example <c>struct xdp_md *</c>.</param>
/// <param name="TypeId">BTF type; 0 when unknown.</param>
/// <param name="Kind">What it is to an observer.</param>
/// <param name="Size">Width in bytes: 1, 2, 4 or 8.</param>
/// <param name="IsSigned">Whether a narrower value is sign-extended.</param>
public sealed record ProbeParameter(string? Name, string TypeName, int TypeId, ProbeArgumentKind Kind, int Size, bool IsSigned)
{
    /// <summary>C text of the parameter.</summary>
    public override string ToString() => Name is null ? TypeName : TypeName.EndsWith('*') ? TypeName + Name : $"{TypeName} {Name}";
}

/// <summary>One place where a probe stands.</summary>
/// <param name="Instruction">Slot of the NOP (<c>goto +0</c>): the kernel's <c>orig_off</c>.</param>
/// <param name="Arguments">Where each argument is when the site is reached.</param>
/// <param name="ArmingInstruction">For a lazy probe the slot of the arming NOP that branches to the evaluation; -1 for an eager one.</param>
/// <param name="ArmedTarget">For a lazy probe the slot at which the arming jump lands; -1 for an eager one.</param>
/// <param name="Symbol">The note's symbol, for diagnostics.</param>
public sealed record ProbeSiteSpec(
    int Instruction, ImmutableArray<ProbeArgumentSpec> Arguments, int ArmingInstruction = -1, int ArmedTarget = -1, string Symbol = "")
{
    /// <summary>Whether the arguments are evaluated only while armed.</summary>
    public bool IsLazy => ArmingInstruction >= 0;
}

/// <summary>Where one argument of a site is: a register, or a constant that needs none.</summary>
/// <param name="Register">Register; meaningless when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the argument is <paramref name="Constant"/>.</param>
/// <param name="Constant">Sign-extended constant.</param>
public readonly record struct ProbeArgumentSpec(Register Register, bool IsConstant, long Constant);
