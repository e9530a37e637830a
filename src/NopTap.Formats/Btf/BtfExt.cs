// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Isa;

namespace NopTap.Formats.Btf;

/// <summary>Records of a <c>.BTF.ext</c> section, by code section and in order of instruction.</summary>
/// <remarks>
/// <code>
/// header: |magic:16|version:8|flags:8|hdr_len:32|func off, len|line off, len|core_relo off, len|
/// each:   |record size:32| then for each code section |name:32|count:32| records |
/// </code>
/// </remarks>
sealed class BtfExt
{
    const ushort Magic = 0xeb9f;
    const int MinHeader = 24;
    const int CoreHeader = 32;

    readonly string _file;
    readonly BtfTypes _types;
    readonly ReadOnlyMemory<byte> _data;

    BtfExt(ReadOnlyMemory<byte> data, BtfTypes types, string file)
    {
        _data = data;
        _types = types;
        _file = file;
    }

    /// <summary>FUNC ids by code section.</summary>
    public Dictionary<string, List<FunctionRecord>> Functions { get; } = [];

    /// <summary>Source lines by code section.</summary>
    public Dictionary<string, List<LineRecord>> Lines { get; } = [];

    /// <summary>Relocations against types by code section.</summary>
    public Dictionary<string, List<CoreRecord>> CoreRelocations { get; } = [];

    /// <summary>A FUNC of a slot.</summary>
    internal readonly record struct FunctionRecord(int Slot, int TypeId);

    /// <summary>A source position of a slot.</summary>
    internal readonly record struct LineRecord(int Slot, string File, string Text, int Line, int Column);

    /// <summary>A relocation against types of a slot.</summary>
    internal readonly record struct CoreRecord(int Slot, int TypeId, string Access, uint Kind);

    public static BtfExt Read(ReadOnlyMemory<byte> data, BtfTypes types, string file)
    {
        var reader = new BtfExt(data, types, file);
        reader.ReadAll();
        return reader;
    }

    void ReadAll()
    {
        ReadOnlySpan<byte> data = _data.Span;
        if (data.Length < MinHeader || BinaryPrimitives.ReadUInt16LittleEndian(data) != Magic || data[2] != 1)
            throw Bad(0, "no header of version 1");
        uint headerSize = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (headerSize < MinHeader || headerSize > (uint)data.Length)
            throw Bad(4, $"header of {headerSize} bytes");
        ReadTable(8, (int)headerSize, 8, Functions, ReadFunction, static r => r.Slot);
        ReadTable(16, (int)headerSize, 16, Lines, ReadLine, static r => r.Slot);
        if (headerSize >= CoreHeader)
            ReadTable(24, (int)headerSize, 16, CoreRelocations, ReadCore, static r => r.Slot);
    }

    delegate T RecordReader<T>(ReadOnlySpan<byte> record, int slot, int at);

    void ReadTable<T>(int field, int body, int minRecord, Dictionary<string, List<T>> into, RecordReader<T> read, Func<T, int> slotOf)
    {
        ReadOnlySpan<byte> data = _data.Span;
        uint offset = Word(field);
        uint length = Word(field + 4);
        uint room = (uint)(data.Length - body);
        if (length == 0)
            return;
        if (offset > room || length > room - offset || length < 4)
            throw Bad(field, $"table at offset {offset} with {length} bytes, but {room} follow the header");
        int at = body + (int)offset;
        int end = at + (int)length;
        uint recordSize = Word(at);
        if (recordSize < minRecord || recordSize % 4 != 0)
            throw Bad(at, $"records of {recordSize} bytes");
        at += 4;
        while (at < end)
        {
            if (end - at < 8)
                throw Bad(at, "the table ends inside a section header");
            string section = Text(Word(at), at);
            uint count = Word(at + 4);
            at += 8;
            if (count == 0 || count > (uint)(end - at) / recordSize)
                throw Bad(at, $"{count} records of {recordSize} bytes for section '{section}'");
            if (!into.TryGetValue(section, out List<T>? records))
                into.Add(section, records = []);
            for (uint i = 0; i < count; i++, at += (int)recordSize)
            {
                uint byteOffset = Word(at);
                int slot = (int)(byteOffset / Instruction.Size);
                if (byteOffset % Instruction.Size != 0)
                    throw Bad(at, $"instruction offset {byteOffset} is not a multiple of {Instruction.Size}");
                if (records.Count != 0 && slotOf(records[^1]) >= slot && minRecord == 16 && field == 16)
                    throw Bad(at, "line records are out of order");
                records.Add(read(data.Slice(at, (int)recordSize), slot, at));
            }
        }
    }

    FunctionRecord ReadFunction(ReadOnlySpan<byte> record, int slot, int at)
    {
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        if (type >= (uint)_types.Count || _types.TypeById((int)type) is not BtfFunc)
            throw Bad(at, $"type [{type}] is no function");
        return new FunctionRecord(slot, (int)type);
    }

    LineRecord ReadLine(ReadOnlySpan<byte> record, int slot, int at)
    {
        uint position = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        return new LineRecord(slot,
            Text(BinaryPrimitives.ReadUInt32LittleEndian(record[4..]), at),
            Text(BinaryPrimitives.ReadUInt32LittleEndian(record[8..]), at),
            Line: (int)(position >> 10),
            Column: (int)(position & 0x3ff));
    }

    CoreRecord ReadCore(ReadOnlySpan<byte> record, int slot, int at)
    {
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        if (type >= (uint)_types.Count)
            throw Bad(at, $"type [{type}] does not exist");
        return new CoreRecord(slot, (int)type, Text(BinaryPrimitives.ReadUInt32LittleEndian(record[8..]), at),
            BinaryPrimitives.ReadUInt32LittleEndian(record[12..]));
    }

    uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_data.Span[at..]);

    string Text(uint offset, int at) =>
        offset == 0 ? "" : _types.TryGetString(offset, out string text) ? text : throw Bad(at, $"string offset {offset} lies outside the strings");

    BpfFormatException Bad(int at, string message) =>
        Fault.At(FormatDiagnostics.BadBtfExt, Fault.In(_file, ".BTF.ext", at), message, "the debug records are damaged; build the object again");
}
