// SPDX-License-Identifier: Apache-2.0

using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests.Building;

/// <summary>Writes small <c>.BTF</c> sections. Each method returns the id of its type.</summary>
sealed class BtfBuilder
{
    readonly List<byte> _types = [];
    int _count;

    public StringPool Strings { get; } = new();

    public int Raw(uint kind, string name, uint operand, int count = 0, bool flag = false, params byte[][] rest)
    {
        _types.AddRange(U32(Strings.Add(name)));
        _types.AddRange(U32((flag ? 1u << 31 : 0) | (kind << 24) | (uint)count));
        _types.AddRange(U32(operand));
        foreach (byte[] part in rest)
            _types.AddRange(part);
        return ++_count;
    }

    public int Int(string name, int size, bool isSigned = true) => Raw(1, name, (uint)size, rest: U32(((isSigned ? 1u : 0) << 24) | (uint)(size * 8)));

    public int Pointer(int type) => Raw(2, "", (uint)type);

    public int Array(int element, int index, uint length) => Raw(3, "", 0, rest: [U32((uint)element), U32((uint)index), U32(length)]);

    public int Struct(string name, uint size, params (string Name, int Type, uint BitOffset)[] members) =>
        Raw(4, name, size, members.Length, rest: [.. members.Select(m => Join(U32(Strings.Add(m.Name)), U32((uint)m.Type), U32(m.BitOffset)))]);

    public int Union(string name, uint size) => Raw(5, name, size);

    public int Enum(string name, uint size, params (string Name, int Value)[] values) =>
        Raw(6, name, size, values.Length, true, [.. values.Select(v => Join(U32(Strings.Add(v.Name)), U32((uint)v.Value)))]);

    public int Forward(string name, bool isUnion = false) => Raw(7, name, 0, flag: isUnion);

    public int Typedef(string name, int type) => Raw(8, name, (uint)type);

    public int Volatile(int type) => Raw(9, "", (uint)type);

    public int Const(int type) => Raw(10, "", (uint)type);

    public int Restrict(int type) => Raw(11, "", (uint)type);

    public int Func(string name, int prototype, int linkage = 1) => Raw(12, name, (uint)prototype, linkage);

    public int Proto(int returns, params (string Name, int Type)[] parameters) =>
        Raw(13, "", (uint)returns, parameters.Length, rest: [.. parameters.Select(p => Join(U32(Strings.Add(p.Name)), U32((uint)p.Type)))]);

    public int Var(string name, int type, uint linkage = 1) => Raw(14, name, (uint)type, rest: U32(linkage));

    public int DataSec(string name, uint size, params (int Type, uint Offset, uint Size)[] variables) =>
        Raw(15, name, size, variables.Length, rest: [.. variables.Select(static v => Join(U32((uint)v.Type), U32(v.Offset), U32(v.Size)))]);

    public int Float(string name, uint size) => Raw(16, name, size);

    public int DeclTag(string text, int type, int component = -1) => Raw(17, text, (uint)type, rest: U32((uint)component));

    public int TypeTag(string text, int type) => Raw(18, text, (uint)type);

    public byte[] Build()
    {
        byte[] strings = Strings.ToArray();
        return Join(U16(0xeb9f), [1, 0], U32(24), U32(0), U32((uint)_types.Count), U32((uint)_types.Count), U32((uint)strings.Length), [.. _types], strings);
    }
}
