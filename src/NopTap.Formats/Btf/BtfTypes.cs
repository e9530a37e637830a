// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Formats.Btf;

/// <summary>The type graph of an object's <c>.BTF</c> section. Immutable.</summary>
/// <remarks>
/// Every reference in it is valid, every reference that must lead to a certain kind does, and no type contains itself, so walks over
/// <see cref="TypeById"/> end.
/// </remarks>
public sealed partial class BtfTypes
{
    readonly ImmutableArray<BtfType> _types;
    readonly StringTable _strings;
    readonly Dictionary<string, List<BtfType>> _byName = [];
    readonly Dictionary<int, List<BtfDeclTag>> _tags = [];

    internal BtfTypes(ImmutableArray<BtfType> types, StringTable strings)
    {
        _types = types;
        _strings = strings;
        foreach (BtfType type in types)
        {
            if (type is BtfDeclTag tag)
                Add(_tags, tag.TypeId, tag);
            else if (type.Name.Length != 0)
                Add(_byName, type.Name, type);
        }
    }

    /// <summary>Types, <c>void</c> included; ids run from 0 to one less.</summary>
    public int Count => _types.Length;

    /// <summary>All types in order of id.</summary>
    public ImmutableArray<BtfType> All => _types;

    /// <summary>Reads the bytes of a <c>.BTF</c> section.</summary>
    /// <param name="data">The section.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <exception cref="BpfFormatException">The bytes are no BTF.</exception>
    public static BtfTypes Parse(ReadOnlySpan<byte> data, string name) => BtfReader.Read(data.ToArray(), name);

    /// <summary>The type of an id.</summary>
    /// <param name="id">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    public BtfType TypeById(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, _types.Length);
        return _types[id];
    }

    /// <summary>First type of a name and kind, or null; declaration tags have no names.</summary>
    /// <typeparam name="T">Kind looked for; <see cref="BtfType"/> for any.</typeparam>
    /// <param name="name">C name without <c>struct</c>, <c>union</c> or <c>enum</c>.</param>
    public T? FindByName<T>(string name)
        where T : BtfType
    {
        if (_byName.TryGetValue(name, out List<BtfType>? found))
        {
            foreach (BtfType type in found)
            {
                if (type is T match)
                    return match;
            }
        }

        return null;
    }

    /// <summary>First type of a name, of whatever kind, or null.</summary>
    /// <param name="name">C name without <c>struct</c>, <c>union</c> or <c>enum</c>.</param>
    public BtfType? FindByName(string name) => FindByName<BtfType>(name);

    /// <summary>Declaration tags on a type and its members or parameters.</summary>
    /// <param name="typeId">The tagged type.</param>
    public IReadOnlyList<BtfDeclTag> TagsOf(int typeId) => _tags.TryGetValue(typeId, out List<BtfDeclTag>? tags) ? tags : [];

    /// <summary>The type beneath typedefs, qualifiers and type tags.</summary>
    /// <param name="id">Type id.</param>
    public BtfType SkipModifiers(int id)
    {
        BtfType type = TypeById(id);
        while (type is BtfReference reference and not BtfPointer)
            type = _types[reference.TypeId];
        return type;
    }

    /// <summary>Bytes that a value of the type takes; -1 for <c>void</c>, a function or a forward declaration.</summary>
    /// <param name="id">Type id.</param>
    public long SizeOf(int id)
    {
        long count = 1;
        while (true)
        {
            BtfType type = SkipModifiers(id);
            long size;
            switch (type)
            {
                case BtfArray array:
                    // Sizes beyond 2^32 cannot be real; staying there keeps the product from overflowing.
                    count = Math.Min(count * array.Length, uint.MaxValue);
                    id = array.ElementTypeId;
                    continue;
                case BtfVar variable:
                    id = variable.TypeId;
                    continue;
                case BtfInt integer:
                    size = integer.Size;
                    break;
                case BtfFloat number:
                    size = number.Size;
                    break;
                case BtfEnum enumeration:
                    size = enumeration.Size;
                    break;
                case BtfStruct structure:
                    size = structure.Size;
                    break;
                case BtfDataSec section:
                    size = section.Size;
                    break;
                case BtfPointer:
                    size = 8;
                    break;
                default:
                    return -1;
            }

            return size * count;
        }
    }

    /// <summary>C text of a type, for example <c>struct xdp_md *</c> or <c>int (*)(int, void *)</c>.</summary>
    /// <param name="id">Type id.</param>
    public string Print(int id) => Print(id, "");

    /// <summary>C text of a declaration of a type, for example <c>char name[16]</c>.</summary>
    /// <param name="id">Type id.</param>
    /// <param name="name">What is declared; empty for the type alone.</param>
    public string Print(int id, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new CTypePrinter(this).Print(id, name);
    }

    /// <summary>A string of the section, as <c>.BTF.ext</c> refers to them.</summary>
    internal bool TryGetString(uint offset, out string text) => _strings.TryGet(offset, out text);

    static void Add<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key, TValue value)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<TValue>? list))
            lists.Add(key, list = []);
        list.Add(value);
    }
}
