// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Api;

/// <summary>An exception that no member documents: how often, in which sequence first, and its text.</summary>
sealed record FaultReport(long Count, ulong Seed, string Text);
