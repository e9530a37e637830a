// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>Where one argument of a site is: a register, or a constant that needs none.</summary>
/// <param name="Register">Register; meaningless when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the argument is <paramref name="Constant"/>.</param>
/// <param name="Constant">Sign-extended constant.</param>
public readonly record struct ProbeArgumentSpec(Register Register, bool IsConstant, long Constant);
