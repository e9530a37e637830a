// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Cases;

/// <summary>A section of a case.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Argument">What follows the name on its line.</param>
/// <param name="Body">Its text without blank lines around it and common indentation.</param>
/// <param name="Line">1-based line of its header.</param>
/// <param name="LineCount">Lines of the file between its header and the next.</param>
public sealed record CaseSection(string Name, string Argument, string Body, int Line, int LineCount);
