// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>A place in code that is being written.</summary>
/// <param name="Index">Its number.</param>
readonly record struct Label(int Index);
