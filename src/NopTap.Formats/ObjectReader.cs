// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using NopTap.Formats.Btf;
using NopTap.Formats.Elf;
using NopTap.Formats.Linking;
using NopTap.Formats.Maps;
using NopTap.Formats.Sdt;

namespace NopTap.Formats;

/// <summary>Reads an object in order: container, types, code, maps, programs, probes. Before: any bytes. After: a spec, or a fault.</summary>
static class ObjectReader
{
    public static BpfObjectSpec Read(ReadOnlyMemory<byte> data, string name, ReadLimits limits)
    {
        ElfFile file = ElfFile.Read(data, name);
        BtfTypes? btf = ReadBtf(file);
        BtfExt? ext = btf is not null && file.FindSection(".BTF.ext") is { HasBytes: true } section
            ? BtfExt.Read(file.Memory(section), btf, name)
            : null;
        ObjectCode code = ObjectCode.Read(file);
        ObjectMaps maps = ObjectMaps.Read(file, btf, code);
        ImmutableArray<ExternSpec> externs = KconfigReader.Read(ObjectSymbols.ReadExterns(file, btf), btf, maps);
        var context = new LinkContext(file, code, maps, externs.ToImmutableDictionary(static e => e.Name), btf, ext, ReadLicense(file), new LoadBudget(name, limits));
        LinkedProgram[] linked = [.. code.Entries.Select(entry => ProgramLinker.Link(context, entry))];
        return new BpfObjectSpec
        {
            Name = name,
            License = context.License,
            Programs = ProbeBinder.Bind(context, linked),
            Maps = maps.Specs,
            Externs = externs,
            Btf = btf,
        };
    }

    static BtfTypes? ReadBtf(ElfFile file)
    {
        if (file.FindSection(".BTF") is not { HasBytes: true } section)
            return null;

        // Offsets of variables in their sections stand in relocations until a linker fills them in.
        byte[] bytes = file.Bytes(section).ToArray();
        foreach (ElfRelocation relocation in file.RelocationsOf(section))
        {
            if (relocation.Type is not (ElfRelocation.NoLoad32 or ElfRelocation.Absolute32))
            {
                throw Fault.At(FormatDiagnostics.BadRelocation, Fault.In(file.Name, section.Name, (long)relocation.Offset),
                    $"relocation of type {relocation.Type}", "build the object with clang 14 or later");
            }

            Span<byte> word = bytes.AsSpan((int)relocation.Offset, 4);
            BinaryPrimitives.WriteUInt32LittleEndian(word, BinaryPrimitives.ReadUInt32LittleEndian(word) + (uint)relocation.Symbol.Value);
        }

        return BtfReader.Read(bytes, file.Name);
    }

    static string ReadLicense(ElfFile file)
    {
        if (file.FindSection("license") is not { } section)
            return "";
        ReadOnlySpan<byte> bytes = file.Bytes(section);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
