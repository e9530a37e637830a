// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Text.Json;
using NopTap.Formats.Btf;
using NopTap.Formats.Tests.Building;

namespace NopTap.Formats.Tests;

/// <summary>Our reading of BTF against bpftool's.</summary>
public sealed class BtfToolTests
{
    [Theory]
    [InlineData("formats/types.bpf.o")]
    [InlineData("formats/probes.bpf.o")]
    [InlineData("formats/probes.clang14.v1.bpf.o")]
    [InlineData("objects/clang-19-v3/maps.bpf.o")]
    [InlineData("objects/clang-15-v2/globals.bpf.o")]
    public void BpftoolReadsTheSame(string name)
    {
        JsonElement want = Dump(Have.Path(name));
        BtfTypes types = Have.Corpus(name).Btf!;
        Assert.Equal(types.Count - 1, want.GetArrayLength());
        foreach (JsonElement type in want.EnumerateArray())
            Compare(types.TypeById(type.GetProperty("id").GetInt32()), type);
    }

    static void Compare(BtfType have, JsonElement want)
    {
        string kind = want.GetProperty("kind").GetString()!;
        string name = want.GetProperty("name").GetString()!;
        Assert.Equal(name == "(anon)" ? "" : name, have.Name);
        Assert.Equal(kind, Kind(have));
        if (have is BtfReference reference)
            Assert.Equal(want.GetProperty("type_id").GetInt32(), reference.TypeId);
        if (have is BtfStruct structure)
        {
            Assert.Equal(want.GetProperty("size").GetUInt32(), structure.Size);
            Assert.Equal(want.GetProperty("members").EnumerateArray().Select(static m => (m.GetProperty("type_id").GetInt32(), m.GetProperty("bits_offset").GetUInt32())),
                structure.Members.Select(static m => (m.TypeId, m.BitOffset)));
        }

        if (have is BtfFuncProto prototype)
        {
            Assert.Equal(want.GetProperty("ret_type_id").GetInt32(), prototype.ReturnTypeId);
            Assert.Equal(want.GetProperty("params").EnumerateArray().Select(static p => p.GetProperty("type_id").GetInt32()), prototype.Parameters.Select(static p => p.TypeId));
        }

        if (have is BtfDataSec section)
            Assert.Equal(want.GetProperty("vlen").GetInt32(), section.Variables.Length);
        if (have is BtfInt integer)
            Assert.Equal((want.GetProperty("size").GetInt32(), want.GetProperty("nr_bits").GetInt32()), (integer.Size, integer.Bits));
    }

    static string Kind(BtfType type) => type switch
    {
        BtfInt => "INT",
        BtfPointer => "PTR",
        BtfArray => "ARRAY",
        BtfStruct { IsUnion: true } => "UNION",
        BtfStruct => "STRUCT",
        BtfEnum { Size: 8 } => "ENUM64",
        BtfEnum => "ENUM",
        BtfForward => "FWD",
        BtfTypedef => "TYPEDEF",
        BtfVolatile => "VOLATILE",
        BtfConst => "CONST",
        BtfRestrict => "RESTRICT",
        BtfFunc => "FUNC",
        BtfFuncProto => "FUNC_PROTO",
        BtfVar => "VAR",
        BtfDataSec => "DATASEC",
        BtfFloat => "FLOAT",
        BtfDeclTag => "DECL_TAG",
        BtfTypeTag => "TYPE_TAG",
        _ => type.GetType().Name,
    };

    static JsonElement Dump(string path)
    {
        var start = new ProcessStartInfo("bpftool", ["-j", "btf", "dump", "file", path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return JsonDocument.Parse(output).RootElement.GetProperty("types");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("bpftool is not installed");
            throw;
        }
    }
}
