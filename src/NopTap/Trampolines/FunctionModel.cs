// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Jit;

namespace NopTap.Trampolines;

/// <summary>What a trampoline knows of the place that calls it (the kernel's <c>btf_func_model</c>). Compared by value.</summary>
internal sealed class FunctionModel : IEquatable<FunctionModel>
{
    /// <summary>Bytes of each argument, whatever its declared width.</summary>
    public const int ArgSize = 8;

    /// <summary>Makes a model.</summary>
    /// <param name="argRegs">Where each argument is.</param>
    /// <param name="hasReturnValue">Whether there is a result to observe.</param>
    public FunctionModel(ImmutableArray<MachineArgument> argRegs, bool hasReturnValue) =>
        (ArgRegs, HasReturnValue) = (argRegs, hasReturnValue);

    /// <summary>Number of arguments.</summary>
    public int NrArgs => ArgRegs.Length;

    /// <summary>Where each argument is when the place is reached: BPF register, stack slot or constant.</summary>
    public ImmutableArray<MachineArgument> ArgRegs { get; }

    /// <summary>Whether there is a result to observe; never at a probe site.</summary>
    public bool HasReturnValue { get; }

    /// <inheritdoc/>
    public bool Equals(FunctionModel? other) =>
        other is not null && HasReturnValue == other.HasReturnValue && ArgRegs.AsSpan().SequenceEqual(other.ArgRegs.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FunctionModel);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (MachineArgument argument in ArgRegs)
            hash.Add(argument);
        hash.Add(HasReturnValue);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", ArgRegs.Select(Describe))}){(HasReturnValue ? " with result" : "")}";

    static string Describe(MachineArgument argument) => argument.Kind switch
    {
        MachineArgumentKind.Register => $"r{(int)argument.Register}",
        MachineArgumentKind.StackSlot => $"[rbp{argument.Value:+0;-0}]",
        _ => $"{argument.Value}",
    };

    /// <summary>Equality by value.</summary>
    public static bool operator ==(FunctionModel? left, FunctionModel? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(FunctionModel? left, FunctionModel? right) => !(left == right);
}
