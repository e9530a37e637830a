// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>A name that the object uses and does not define.</summary>
/// <param name="Name">Symbol.</param>
/// <param name="Kind">Where it would come from.</param>
/// <param name="TypeId">Its VAR or FUNC in the object's BTF; 0 when unknown.</param>
/// <param name="IsWeak">Whether the program can do without: a weak kernel symbol counts as absent.</param>
public sealed record ExternSpec(string Name, ExternKind Kind, int TypeId, bool IsWeak);
