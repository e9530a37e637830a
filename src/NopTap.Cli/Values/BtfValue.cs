// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Formats.Btf;

namespace NopTap.Cli.Values;

/// <summary>Reads bytes as a type of BTF: numbers, names of enumerators, structures by member name.</summary>
sealed class BtfValue(BtfTypes types)
{
    /// <summary>Bytes as a value of a type; as hex pairs where the type does not say.</summary>
    /// <param name="typeId">The type; 0 for none.</param>
    /// <param name="bytes">At least as many as the type takes.</param>
    public JsonNode Read(int typeId, ReadOnlySpan<byte> bytes)
    {
        if (typeId == 0)
            return Hex(bytes);
        BtfType type = types.SkipModifiers(typeId);
        long size = types.SizeOf(type.Id);
        if (size < 0 || size > bytes.Length)
            return Hex(bytes);
        return type switch
        {
            BtfInt integer => ReadInteger(integer, bytes),
            BtfEnum enumeration => NameOf(enumeration, ReadNumber(bytes, enumeration.Size, enumeration.IsSigned)),
            BtfFloat { Size: 4 } => JsonValue.Create(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            BtfFloat { Size: 8 } => JsonValue.Create(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            BtfPointer => JsonValue.Create($"0x{BinaryPrimitives.ReadUInt64LittleEndian(bytes):x}"),
            BtfArray array => ReadArray(array, bytes),
            BtfStruct structure => ReadStruct(structure, bytes, []),
            BtfDataSec section => ReadSection(section, bytes),
            BtfVar variable => Read(variable.TypeId, bytes),
            _ => Hex(bytes[..(int)size]),
        };
    }

    /// <summary>Hex pairs, spaces between.</summary>
    public static JsonNode Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
            text.Append(text.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"{value:x2}");
        return JsonValue.Create(text.ToString());
    }

    static JsonNode ReadInteger(BtfInt integer, ReadOnlySpan<byte> bytes)
    {
        if (integer.Size > 8)
            return Hex(bytes[..integer.Size]);
        long value = ReadNumber(bytes, integer.Size, integer.IsSigned);
        if (integer.IsBool)
            return JsonValue.Create(value != 0);
        return Number(value, integer.IsSigned);
    }

    static JsonValue Number(long value, bool isSigned) => isSigned ? JsonValue.Create(value) : JsonValue.Create((ulong)value);

    static JsonValue NameOf(BtfEnum enumeration, long value)
    {
        foreach (BtfEnumerator known in enumeration.Values)
        {
            if (known.Value == value)
                return JsonValue.Create(known.Name);
        }

        return Number(value, enumeration.IsSigned);
    }

    static long ReadNumber(ReadOnlySpan<byte> bytes, int size, bool isSigned)
    {
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        bytes[..size].CopyTo(word);
        return Extend(BinaryPrimitives.ReadUInt64LittleEndian(word), 8 * size, isSigned);
    }

    static long Extend(ulong value, int bits, bool isSigned)
    {
        int unused = 64 - bits;
        return isSigned ? (long)(value << unused) >> unused : (long)(value << unused >> unused);
    }

    JsonNode ReadArray(BtfArray array, ReadOnlySpan<byte> bytes)
    {
        int size = (int)types.SizeOf(array.ElementTypeId);
        if (types.SkipModifiers(array.ElementTypeId) is BtfInt { Name: "char" } && TryReadText(bytes[..(int)array.Length], out string text))
            return JsonValue.Create(text);
        var items = new JsonArray();
        for (int i = 0; i < array.Length; i++)
            items.Add(Read(array.ElementTypeId, bytes.Slice(i * size, size)));
        return items;
    }

    static bool TryReadText(ReadOnlySpan<byte> bytes, out string text)
    {
        int end = bytes.IndexOf((byte)0);
        ReadOnlySpan<byte> used = end < 0 ? bytes : bytes[..end];
        text = Encoding.ASCII.GetString(used);
        return used.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0;
    }

    JsonObject ReadStruct(BtfStruct structure, ReadOnlySpan<byte> bytes, JsonObject into)
    {
        foreach (BtfMember member in structure.Members)
        {
            int offset = (int)(member.BitOffset / 8);
            if (member.Name.Length == 0)
            {
                // Members of an anonymous structure are members of the one around it, as in C.
                if (types.SkipModifiers(member.TypeId) is BtfStruct inner && offset + inner.Size <= bytes.Length)
                    ReadStruct(inner, bytes[offset..], into);
                continue;
            }

            into[member.Name] = member.BitFieldSize != 0 ? ReadBits(member, bytes) : Read(member.TypeId, bytes[offset..Math.Min(bytes.Length, offset + SizeOf(member))]);
        }

        return into;
    }

    int SizeOf(BtfMember member) => (int)Math.Max(0, types.SizeOf(member.TypeId));

    JsonValue ReadBits(BtfMember member, ReadOnlySpan<byte> bytes)
    {
        int first = (int)(member.BitOffset / 8);
        int shift = (int)(member.BitOffset % 8);
        int length = Math.Min((shift + member.BitFieldSize + 7) / 8, bytes.Length - first);
        UInt128 word = 0;
        for (int i = length - 1; i >= 0; i--)
            word = (word << 8) | bytes[first + i];
        BtfType type = types.SkipModifiers(member.TypeId);
        bool isSigned = type is BtfInt { IsSigned: true } or BtfEnum { IsSigned: true };
        long value = Extend((ulong)(word >> shift), member.BitFieldSize, isSigned);
        return type is BtfEnum enumeration ? NameOf(enumeration, value) : Number(value, isSigned);
    }

    JsonObject ReadSection(BtfDataSec section, ReadOnlySpan<byte> bytes)
    {
        var json = new JsonObject();
        foreach (BtfSectionVariable variable in section.Variables)
        {
            if (types.TypeById(variable.TypeId) is not BtfVar declared || variable.Offset + variable.Size > (uint)bytes.Length)
                continue;
            json[declared.Name] = Read(declared.TypeId, bytes.Slice((int)variable.Offset, (int)variable.Size));
        }

        return json;
    }
}
