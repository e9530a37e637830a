// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Cli.Demo;

/// <summary>Something that the demo promises, and checked.</summary>
/// <param name="Text">The promise.</param>
/// <param name="Holds">Whether it is so.</param>
/// <param name="Seen">What was seen.</param>
sealed record DemoClaim(string Text, bool Holds, string Seen);
