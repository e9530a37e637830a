// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Helpers;

/// <summary>A value of a print as it is taken before anything is written: a number, or text in the store of the print.</summary>
/// <param name="Number">The number.</param>
/// <param name="Start">First byte of the text.</param>
/// <param name="Length">Bytes of the text.</param>
internal readonly record struct PrintValue(ulong Number, int Start, int Length);
