// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Linking;

/// <summary>A function of the object and the slot at which one program has its copy.</summary>
/// <param name="Function">The function.</param>
/// <param name="Start">First slot in the program.</param>
readonly record struct PlacedFunction(CodeFunction Function, int Start);
