// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Maps;

/// <summary>Why two programs cannot meet in one program array, in words.</summary>
/// <param name="Mine">What the one does, as a predicate of one program.</param>
/// <param name="Theirs">What the other does, as a predicate of several.</param>
/// <param name="Hint">What helps.</param>
internal readonly record struct ContractDifference(string Mine, string Theirs, string Hint);
