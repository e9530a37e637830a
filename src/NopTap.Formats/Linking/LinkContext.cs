// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Elf;
using NopTap.Formats.Maps;

namespace NopTap.Formats.Linking;

/// <summary>Everything of one object that linking its programs needs.</summary>
/// <param name="File">The file.</param>
/// <param name="Code">Its code.</param>
/// <param name="Maps">Its maps.</param>
/// <param name="Externs">Its undefined symbols by name.</param>
/// <param name="Btf">Its types, or null.</param>
/// <param name="Ext">Its debug records, or null.</param>
/// <param name="License">Its licence.</param>
/// <param name="Budget">What may still be built.</param>
sealed record LinkContext(
    ElfFile File,
    ObjectCode Code,
    ObjectMaps Maps,
    ImmutableDictionary<string, ExternSpec> Externs,
    BtfTypes? Btf,
    BtfExt? Ext,
    string License,
    LoadBudget Budget);
