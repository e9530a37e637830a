// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>Finds the <c>struct bpf_spin_lock</c> in the values of a map by their type.</summary>
/// <remarks>
/// Only where a lock can work: in hashes and arrays that programs may read and write, once in a value, at a multiple of 4, in structures but not in
/// unions or arrays. Elsewhere such a field is memory like any other, as it is after libbpf has dropped the type of a map that the kernel did not take.
/// </remarks>
sealed class SpinLockFinder
{
    const string LockType = "bpf_spin_lock";
    const uint LockSize = 4;
    const uint OneWay = MapFlagBits.ReadOnlyForPrograms | MapFlagBits.WriteOnlyForPrograms;
    const int MaxDepth = 32;
    const long None = -1;
    const long Several = -2;

    readonly BtfTypes _btf;

    // A structure may stand in many places: each is walked once.
    readonly Dictionary<int, long> _known = [];

    SpinLockFinder(BtfTypes btf) => _btf = btf;

    public static int? Find(BtfTypes btf, MapSpec map)
    {
        if (map.Type is not (MapType.Array or MapType.Hash) || (map.Flags & OneWay) != 0 || map.ValueTypeId == 0)
            return null;
        long offset = new SpinLockFinder(btf).InType(map.ValueTypeId, 0);
        return offset >= 0 && offset % LockSize == 0 && offset + LockSize <= map.ValueSize ? (int)offset : null;
    }

    long InType(int typeId, int depth)
    {
        BtfType type = _btf.SkipModifiers(typeId);
        if (type is BtfVar variable)
            type = _btf.SkipModifiers(variable.TypeId);
        if (type is BtfStruct { IsUnion: false, Name: LockType, Size: LockSize })
            return 0;
        if (depth == MaxDepth || type is not (BtfStruct { IsUnion: false } or BtfDataSec))
            return None;
        if (_known.TryGetValue(type.Id, out long known))
            return known;
        long found = None;
        if (type is BtfStruct structure)
        {
            foreach (BtfMember member in structure.Members)
                found = Merge(found, InType(member.TypeId, depth + 1), member.BitOffset / 8);
        }
        else
        {
            foreach (BtfSectionVariable part in ((BtfDataSec)type).Variables)
                found = Merge(found, InType(part.TypeId, depth + 1), part.Offset);
        }

        return _known[type.Id] = found;
    }

    static long Merge(long found, long more, uint at) => more == None ? found : found == None && more >= 0 ? at + more : Several;
}
