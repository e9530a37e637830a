// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Formats.Btf;
using NopTap.Formats.Linking;
using NopTap.Formats.Maps;
using NopTap.Isa;

namespace NopTap.Parity.Suite;

/// <summary>Makes of a recorded test the object that a reader would have read.</summary>
static class RecordedSpecs
{
    /// <summary>The object: maps in their order, the test's own program last.</summary>
    /// <exception cref="BpfFormatException">Its types are damaged.</exception>
    public static BpfObjectSpec Build(RecordedTest test)
    {
        var types = test.Types.ToDictionary(pair => pair.Key, pair => BtfTypes.Parse(pair.Value, test.Name));
        ImmutableArray<MapSpec> maps = [.. test.Maps.Select(map => Map(test, map, types))];
        return new BpfObjectSpec
        {
            Name = test.Name,
            License = "GPL",
            Maps = maps,
            Programs = [.. test.Programs.Select(program => Program(test, program, program.Btf == 0 ? null : types[program.Btf]))],
        };
    }

    /// <summary>Whether a slot names a map of the test, and which. Whatever else a wide load holds stays as it is.</summary>
    public static bool NamesMap(RecordedTest test, ReadOnlySpan<Instruction> code, int slot, out int index)
    {
        index = -1;
        Instruction load = code[slot];
        if (load.Opcode != Opcode.LdImm64 || slot + 1 == code.Length || (byte)load.Source is not (PseudoSource.MapFd or PseudoSource.MapValue))
            return false;
        bool plain = (byte)load.Source == PseudoSource.MapFd;
        index = test.Maps.FindIndex(map => map.Handle == load.Immediate);
        return index >= 0 && load.Offset == 0 && code[slot + 1] is { Opcode: 0, Offset: 0 } second && (!plain || second.Immediate == 0);
    }

    static MapSpec Map(RecordedTest test, RecordedMap map, Dictionary<int, BtfTypes> types)
    {
        var spec = new MapSpec
        {
            Name = "m" + map.Handle,
            Type = map.Type,
            KeySize = map.KeySize,
            ValueSize = map.ValueSize,
            MaxEntries = map.Entries,
            Flags = map.Flags,
            KeyTypeId = map.KeyType,
            ValueTypeId = map.ValueType,
            Inner = map.Inner == 0 ? null : Map(test, test.Maps.Single(other => other.Handle == map.Inner), types),
        };
        if (map.Type == MapType.ProgArray)
            spec = spec with { InitialEntries = [.. test.Entries.Where(entry => entry.Map == map.Handle).Select(Entry)] };
        return map.Btf == 0 ? spec : SpecialFields.Describe(types[map.Btf], spec);
    }

    static KeyValuePair<uint, string> Entry((int Map, byte[] Key, byte[] Value) entry) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(entry.Key), "p" + BinaryPrimitives.ReadInt32LittleEndian(entry.Value));

    static ProgramSpec Program(RecordedTest test, RecordedProgram program, BtfTypes? types)
    {
        var spec = new ProgramSpec
        {
            Name = program == test.Subject ? "subject" : "p" + program.Handle,
            SectionName = program.Type.ToString(),
            Type = program.Type,
            AttachType = program.AttachType,
            License = "GPL",
            IsSleepable = (program.Flags & Sleepable) != 0,
            HasFrags = (program.Flags & XdpHasFrags) != 0,
            Instructions = [.. program.Code],
            References = [.. References(test, program.Code)],
            Functions = Functions(program),
            Btf = types,
        };
        return spec with { Functions = [.. spec.Functions.Select(function => PrototypeReader.Describe(spec, function))] };
    }

    const uint Sleepable = 1 << 4;
    const uint XdpHasFrags = 1 << 5;

    static IEnumerable<MapReference> References(RecordedTest test, Instruction[] code)
    {
        for (int slot = 0; slot < code.Length; slot += code[slot].SlotCount)
        {
            if (!NamesMap(test, code, slot, out int index))
                continue;
            bool isValue = (byte)code[slot].Source == PseudoSource.MapValue;
            yield return new MapReference(slot, index, isValue, isValue ? (uint)code[slot + 1].Immediate : 0);
        }
    }

    // Functions begin where something calls or names them.
    static ImmutableArray<FunctionSpec> Functions(RecordedProgram program)
    {
        var starts = new SortedSet<int> { 0 };
        Instruction[] code = program.Code;
        for (int slot = 0; slot < code.Length; slot += code[slot].SlotCount)
        {
            bool isCall = code[slot].Opcode == (Opcode.Jmp | Opcode.Call) && (byte)code[slot].Source == PseudoSource.ProgramCall;
            bool isName = code[slot].Opcode == Opcode.LdImm64 && (byte)code[slot].Source == PseudoSource.Function;
            long target = (long)slot + 1 + code[slot].Immediate;
            if ((isCall || isName) && target > 0 && target < code.Length)
                starts.Add((int)target);
        }

        Dictionary<int, int> types = Types(program);
        int[] ordered = [.. starts];
        return [.. ordered.Select((start, n) =>
            new FunctionSpec("f" + n, start, (n + 1 < ordered.Length ? ordered[n + 1] : code.Length) - start, n > 0, types.GetValueOrDefault(start)))];
    }

    static Dictionary<int, int> Types(RecordedProgram program)
    {
        var types = new Dictionary<int, int>();
        for (int at = 0; program.InfoSize >= 8 && at + program.InfoSize <= program.Functions.Length; at += program.InfoSize)
            types[BinaryPrimitives.ReadInt32LittleEndian(program.Functions.AsSpan(at))] = BinaryPrimitives.ReadInt32LittleEndian(program.Functions.AsSpan(at + 4));
        return types;
    }
}
