// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.Formats.Maps;

/// <summary>
/// Finds the fields of a map's values whose bytes no program owns: a spin lock, which exists here, and those that only a kernel can keep. Before: a
/// definition with its types. After: the same with its special fields.
/// </summary>
/// <remarks>
/// In types of maps in which the kernel takes no such field it is memory like any other: libbpf makes the map again without the type of its value.
/// </remarks>
sealed class SpecialFields
{
    const uint OneWay = MapFlagBits.ReadOnlyForPrograms | MapFlagBits.WriteOnlyForPrograms;
    const int MaxDepth = 32;

    static readonly MapType[] s_anyTable =
        [MapType.Hash, MapType.PercpuHash, MapType.LruHash, MapType.LruPercpuHash, MapType.Array, MapType.PercpuArray];

    // Kinds of maps in which the kernel takes a field; names as in the kernel's types.
    static readonly Dictionary<string, MapType[]> s_structures = new()
    {
        ["bpf_res_spin_lock"] = [MapType.Hash, MapType.Array],
        ["bpf_timer"] = [MapType.Hash, MapType.LruHash, MapType.Array],
        ["bpf_wq"] = [MapType.Hash, MapType.LruHash, MapType.Array],
        ["bpf_task_work"] = [MapType.Hash, MapType.LruHash, MapType.Array],
        ["bpf_list_head"] = [MapType.Hash, MapType.LruHash, MapType.Array],
        ["bpf_rb_root"] = [MapType.Hash, MapType.LruHash, MapType.Array],
        ["bpf_refcount"] = s_anyTable,
    };

    readonly BtfTypes _btf;
    readonly MapType _map;
    readonly HashSet<int> _without = [];

    SpecialFields(BtfTypes btf, MapType map) => (_btf, _map) = (btf, map);

    public static MapSpec Describe(BtfTypes btf, MapSpec map)
    {
        if (map.ValueTypeId == 0 || (map.Flags & OneWay) != 0)
            return map;
        return map with
        {
            SpinLockOffset = SpinLockFinder.Find(btf, map),
            UnsupportedField = new SpecialFields(btf, map.Type).InType(map.ValueTypeId, 0, 0),
        };
    }

    // A structure without such a field is walked once; one with a field ends the walk.
    string? InType(int typeId, long offset, int depth)
    {
        BtfType type = _btf.SkipModifiers(typeId);
        while (type is BtfArray or BtfVar)
            type = _btf.SkipModifiers(type is BtfArray array ? array.ElementTypeId : ((BtfVar)type).TypeId);
        if (type is BtfPointer pointer)
            return KernelPointer(pointer) is string tag && s_anyTable.Contains(_map) ? $"__{tag} at offset {offset}" : null;
        if (type is BtfStruct { IsUnion: false } named && s_structures.TryGetValue(named.Name, out MapType[]? maps) && maps.Contains(_map))
            return $"struct {named.Name} at offset {offset}";
        if (depth == MaxDepth || !_without.Add(type.Id))
            return null;
        return type switch
        {
            BtfStruct { IsUnion: false } structure => First(structure.Members.Select(static member => (member.TypeId, (long)(member.BitOffset / 8))), offset, depth),
            BtfDataSec section => First(section.Variables.Select(static variable => (variable.TypeId, (long)variable.Offset)), offset, depth),
            _ => null,
        };
    }

    string? First(IEnumerable<(int TypeId, long Offset)> parts, long offset, int depth)
    {
        foreach ((int typeId, long at) in parts)
        {
            if (InType(typeId, offset + at, depth + 1) is string found)
                return found;
        }

        return null;
    }

    // The tags stand between the pointer and what it points at.
    string? KernelPointer(BtfPointer pointer)
    {
        BtfType target = _btf.TypeById(pointer.TypeId);
        for (int i = 0; i < MaxDepth && target is BtfReference reference; i++, target = _btf.TypeById(reference.TypeId))
        {
            if (target is BtfTypeTag { Name: "kptr" or "kptr_untrusted" or "percpu_kptr" or "uptr" } tag)
                return tag.Name;
        }

        return null;
    }
}
