// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Formats;

/// <summary>What a function takes and returns, as its declaration in BTF has it.</summary>
/// <param name="ReturnType">C type of the result.</param>
/// <param name="ReturnsNumber">Whether that is an integer, bool, char or enum.</param>
/// <param name="Parameters">Parameters in order.</param>
public sealed record FunctionPrototype(string ReturnType, bool ReturnsNumber, ImmutableArray<FunctionParameter> Parameters);
