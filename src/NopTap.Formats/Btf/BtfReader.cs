// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Formats.Btf;

/// <summary>Reads the bytes of a <c>.BTF</c> section into types. Before: any bytes. After: references and containment are checked.</summary>
/// <remarks>
/// <code>
/// header: |magic 0xeb9f:16|version:8|flags:8|hdr_len:32|type_off:32|type_len:32|str_off:32|str_len:32|
/// type:   |name_off:32|kflag:1|0:2|kind:5|0:8|vlen:16|size or type:32| then what the kind needs
/// </code>
/// </remarks>
sealed class BtfReader
{
    const ushort Magic = 0xeb9f;
    const int HeaderSize = 24;
    const int TypeSize = 12;

    readonly string _file;
    readonly ReadOnlyMemory<byte> _data;
    readonly ImmutableArray<BtfType>.Builder _types = ImmutableArray.CreateBuilder<BtfType>();
    StringTable _strings = new(default);
    int _typesStart;
    int _typesEnd;
    int _at;

    BtfReader(ReadOnlyMemory<byte> data, string file)
    {
        _data = data;
        _file = file;
    }

    public static BtfTypes Read(ReadOnlyMemory<byte> data, string file)
    {
        var reader = new BtfReader(data, file);
        reader.ReadHeader();
        reader._types.Add(new BtfVoid(0, ""));
        while (reader._at < reader._typesEnd)
            reader._types.Add(reader.ReadType());
        ImmutableArray<BtfType> types = reader._types.ToImmutable();
        BtfChecks.Check(types, file);
        return new BtfTypes(types, reader._strings);
    }

    void ReadHeader()
    {
        ReadOnlySpan<byte> data = _data.Span;
        if (data.Length < HeaderSize)
            throw BadHeader($"{data.Length} bytes are less than a header");
        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(data);
        if (magic != Magic)
            throw BadHeader($"magic 0x{magic:x4} instead of 0x{Magic:x4}");
        if (data[2] != 1)
            throw BadHeader($"version {data[2]} instead of 1");
        uint headerSize = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (headerSize < HeaderSize || headerSize > (uint)data.Length)
            throw BadHeader($"header of {headerSize} bytes");
        int body = (int)headerSize;
        (_typesStart, int typesLength) = Extent(data, 8, body, "types");
        (int stringsStart, int stringsLength) = Extent(data, 16, body, "strings");
        if (stringsLength != 0 && (data[stringsStart] != 0 || data[stringsStart + stringsLength - 1] != 0))
            throw BadHeader("the strings do not begin and end with a NUL");
        _strings = new StringTable(_data.Slice(stringsStart, stringsLength));
        _at = _typesStart;
        _typesEnd = _typesStart + typesLength;
    }

    (int Start, int Length) Extent(ReadOnlySpan<byte> data, int field, int body, string what)
    {
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(data[field..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(data[(field + 4)..]);
        uint room = (uint)(data.Length - body);
        if (offset > room || length > room - offset)
            throw BadHeader($"{what} at offset {offset} with {length} bytes, but {room} bytes follow the header");
        return (body + (int)offset, (int)length);
    }

    BtfType ReadType()
    {
        int id = _types.Count;
        ReadOnlySpan<byte> head = Take(TypeSize, id);
        uint info = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        uint operand = BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        string name = String(BinaryPrimitives.ReadUInt32LittleEndian(head), id);
        int count = (int)(info & 0xffff);
        bool flag = info >> 31 != 0;
        int target = operand > int.MaxValue ? -1 : (int)operand;
        return ((info >> 24) & 0x1f) switch
        {
            1 => ReadInt(id, name, operand),
            2 => new BtfPointer(id, name, target),
            3 => ReadArray(id, name),
            4 => new BtfStruct(id, name, false, operand, ReadMembers(id, count, flag)),
            5 => new BtfStruct(id, name, true, operand, ReadMembers(id, count, flag)),
            6 => ReadEnum(id, name, operand, count, flag, wide: false),
            7 => new BtfForward(id, name, flag),
            8 => new BtfTypedef(id, name, target),
            9 => new BtfVolatile(id, name, target),
            10 => new BtfConst(id, name, target),
            11 => new BtfRestrict(id, name, target),
            12 => new BtfFunc(id, name, target, Linkage((uint)count, id)),
            13 => new BtfFuncProto(id, name, target, ReadParameters(id, count)),
            14 => new BtfVar(id, name, target, Linkage(ReadWord(id), id)),
            15 => new BtfDataSec(id, name, operand, ReadVariables(id, count)),
            16 => new BtfFloat(id, name, Size(operand, id, 16)),
            17 => new BtfDeclTag(id, name, target, (int)ReadWord(id)),
            18 => new BtfTypeTag(id, name, target),
            19 => ReadEnum(id, name, operand, count, flag, wide: true),
            uint kind => throw BadType(id, $"kind {kind} is unknown"),
        };
    }

    BtfInt ReadInt(int id, string name, uint size)
    {
        uint encoding = ReadWord(id);
        uint bits = encoding & 0xff;
        int bytes = Size(size, id, 16);
        if (bits > 128 || bits > 8 * (uint)bytes)
            throw BadType(id, $"integer of {bits} bits in {bytes} bytes");
        uint flags = (encoding >> 24) & 0xf;
        return new BtfInt(id, name, bytes, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (int)bits);
    }

    BtfArray ReadArray(int id, string name)
    {
        int element = ReadId(id);
        int index = ReadId(id);
        return new BtfArray(id, name, element, index, ReadWord(id));
    }

    ImmutableArray<BtfMember> ReadMembers(int id, int count, bool bitFields)
    {
        ImmutableArray<BtfMember>.Builder members = Builder<BtfMember>(id, count, 12);
        for (int i = 0; i < count; i++)
        {
            string name = String(ReadWord(id), id);
            int type = ReadId(id);
            uint offset = ReadWord(id);
            members.Add(bitFields
                ? new BtfMember(name, type, offset & 0xffffff, (int)(offset >> 24))
                : new BtfMember(name, type, offset, 0));
        }

        return members.MoveToImmutable();
    }

    BtfEnum ReadEnum(int id, string name, uint size, int count, bool isSigned, bool wide)
    {
        ImmutableArray<BtfEnumerator>.Builder values = Builder<BtfEnumerator>(id, count, wide ? 12 : 8);
        for (int i = 0; i < count; i++)
        {
            string constant = String(ReadWord(id), id);
            uint low = ReadWord(id);
            long value = wide ? (long)(low | ((ulong)ReadWord(id) << 32)) : isSigned ? (int)low : low;
            values.Add(new BtfEnumerator(constant, value));
        }

        return new BtfEnum(id, name, Size(size, id, 8), isSigned, values.MoveToImmutable());
    }

    ImmutableArray<BtfParameter> ReadParameters(int id, int count)
    {
        ImmutableArray<BtfParameter>.Builder parameters = Builder<BtfParameter>(id, count, 8);
        for (int i = 0; i < count; i++)
        {
            string name = String(ReadWord(id), id);
            parameters.Add(new BtfParameter(name, ReadId(id)));
        }

        return parameters.MoveToImmutable();
    }

    ImmutableArray<BtfSectionVariable> ReadVariables(int id, int count)
    {
        ImmutableArray<BtfSectionVariable>.Builder variables = Builder<BtfSectionVariable>(id, count, 12);
        for (int i = 0; i < count; i++)
        {
            int type = ReadId(id);
            uint offset = ReadWord(id);
            variables.Add(new BtfSectionVariable(type, offset, ReadWord(id)));
        }

        return variables.MoveToImmutable();
    }

    // Room is checked before memory is taken for it.
    ImmutableArray<T>.Builder Builder<T>(int id, int count, int size) => count <= (_typesEnd - _at) / size
        ? ImmutableArray.CreateBuilder<T>(count)
        : throw BadType(id, $"{count} entries of {size} bytes do not fit into the section");

    BtfLinkage Linkage(uint value, int id) => value <= (uint)BtfLinkage.Extern
        ? (BtfLinkage)value
        : throw BadType(id, $"linkage {value} is unknown");

    int Size(uint size, int id, int most) => size is > 0 && size <= (uint)most
        ? (int)size
        : throw BadType(id, $"size {size}");

    int ReadId(int id)
    {
        uint word = ReadWord(id);
        return word > int.MaxValue ? -1 : (int)word;
    }

    uint ReadWord(int id) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, id));

    ReadOnlySpan<byte> Take(int count, int id)
    {
        if (_typesEnd - _at < count)
            throw BadType(id, "the section ends inside it");
        ReadOnlySpan<byte> bytes = _data.Span.Slice(_at, count);
        _at += count;
        return bytes;
    }

    string String(uint offset, int id)
    {
        if (offset == 0)
            return "";
        return _strings.TryGet(offset, out string text)
            ? text
            : throw Fault.At(FormatDiagnostics.BadBtfString, Place, $"type [{id}] names the string at {offset} of {_strings.Length} bytes",
                "the type information is damaged; build the object again");
    }

    DiagnosticPlace Place => Fault.In(_file, ".BTF", _at);

    BpfFormatException BadHeader(string message) =>
        Fault.At(FormatDiagnostics.BadBtfHeader, Fault.In(_file, ".BTF"), message, "the type information is damaged; build the object again");

    BpfFormatException BadType(int id, string message) =>
        Fault.At(FormatDiagnostics.BadBtfType, Place, $"type [{id}]: {message}", "the type information is damaged, or newer than this reader; build the object with clang 14 to 19");
}
