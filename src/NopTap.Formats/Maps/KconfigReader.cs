// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>
/// Makes one constant map, <c>.kconfig</c>, out of the configuration variables that an object declares, as libbpf does. Before: the names. After: each
/// with its place in that map and, where it is known, its value; the others are 0.
/// </summary>
static class KconfigReader
{
    /// <summary>Bytes of one variable at most.</summary>
    public const int MaxSize = 4096;

    public const string MapName = ".kconfig";

    const int MaxTotal = 256 * 1024;

    const int Alignment = 8;

    // What libbpf finds out about the running kernel: here Linux 6.18 on x86-64, whose verifier this one follows.
    static readonly Dictionary<string, ulong> s_known = new()
    {
        ["LINUX_KERNEL_VERSION"] = (6 << 16) | (18 << 8),
        ["LINUX_HAS_BPF_COOKIE"] = 1,
        ["LINUX_HAS_SYSCALL_WRAPPER"] = 1,
    };

    public static ImmutableArray<ExternSpec> Read(ImmutableArray<ExternSpec> externs, BtfTypes? btf, ObjectMaps maps)
    {
        if (btf is null || !externs.Any(static external => external.Kind == ExternKind.Kconfig))
            return externs;
        var placed = ImmutableArray.CreateBuilder<ExternSpec>(externs.Length);
        var bytes = new List<byte>();
        foreach (ExternSpec external in externs)
        {
            long size = external.Kind == ExternKind.Kconfig && btf.TypeById(external.TypeId) is BtfVar variable ? btf.SizeOf(variable.TypeId) : 0;
            placed.Add(size is > 0 and <= MaxSize && bytes.Count + size <= MaxTotal ? Place(external, (int)size, bytes) : external);
        }

        if (bytes.Count != 0)
            maps.AddKconfig(MapOf(bytes, btf));
        return placed.MoveToImmutable();
    }

    static ExternSpec Place(ExternSpec external, int size, List<byte> bytes)
    {
        int offset = bytes.Count;
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, s_known.GetValueOrDefault(external.Name));
        bool fits = size >= sizeof(ulong) || !value[size..].ContainsAnyExcept((byte)0);
        bool known = s_known.ContainsKey(external.Name) && size <= sizeof(ulong) && fits;
        for (int i = 0; i < size; i++)
            bytes.Add(known ? value[i] : (byte)0);
        while (bytes.Count % Alignment != 0)
            bytes.Add(0);
        return external with { Offset = offset, Size = size, HasValue = known };
    }

    static MapSpec MapOf(List<byte> bytes, BtfTypes btf) => new()
    {
        Name = MapName,
        Type = MapType.Array,
        KeySize = sizeof(uint),
        ValueSize = (uint)bytes.Count,
        MaxEntries = 1,
        Flags = MapFlagBits.ReadOnlyForPrograms,
        ValueTypeId = btf.FindByName<BtfDataSec>(MapName)?.Id ?? 0,
        InitialValue = [.. bytes],
        IsReadOnlyData = true,
        IsGlobalData = true,
    };
}
