// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>A name that the object uses and does not define.</summary>
/// <param name="Name">Symbol.</param>
/// <param name="Kind">Where it would come from.</param>
/// <param name="TypeId">Its VAR or FUNC in the object's BTF; 0 when unknown.</param>
/// <param name="IsWeak">Whether the program can do without: a weak kernel symbol counts as absent, a weak configuration variable as 0.</param>
public sealed record ExternSpec(string Name, ExternKind Kind, int TypeId, bool IsWeak)
{
    /// <summary>Byte offset of a configuration variable in the map <c>.kconfig</c>; -1 for other names, and where its type has no size.</summary>
    public int Offset { get; init; } = -1;

    /// <summary>Bytes of a configuration variable.</summary>
    public int Size { get; init; }

    /// <summary>Whether a configuration variable has a value: of the reader's (docs/verifier.md lists them) or by <see cref="BpfObjectSpec.WithKconfig"/>.</summary>
    public bool HasValue { get; init; }
}
