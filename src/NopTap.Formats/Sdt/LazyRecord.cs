// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Linking;

namespace NopTap.Formats.Sdt;

/// <summary>One entry of <c>.bpf_sdt_enabled</c>: an arming instruction and the place behind which arguments are evaluated and a site stands.</summary>
/// <param name="Probe">Name of the probe.</param>
/// <param name="Symbol">Symbol of the entry.</param>
/// <param name="Section">Code section of both.</param>
/// <param name="Arming">Slot of the arming instruction.</param>
/// <param name="Target">Slot at which the arming jump lands.</param>
/// <param name="Offset">Offset of the entry, for diagnostics.</param>
sealed record LazyRecord(string Probe, string Symbol, CodeSection Section, int Arming, int Target, long Offset);
