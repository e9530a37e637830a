// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Linking;

namespace NopTap.Formats.Sdt;

/// <summary>One entry of <c>.bpf_sdt_notes</c>: a site in the object's code, before it is known which programs hold it.</summary>
/// <param name="Probe">Name of the probe.</param>
/// <param name="Symbol">Symbol of the entry.</param>
/// <param name="Section">Code section of the site.</param>
/// <param name="Slot">Its slot there.</param>
/// <param name="Arguments">Where each argument is.</param>
/// <param name="Offset">Offset of the entry, for diagnostics.</param>
sealed record SdtNote(string Probe, string Symbol, CodeSection Section, int Slot, ImmutableArray<ProbeArgumentSpec> Arguments, long Offset);
