// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Maps;

/// <summary>The table of flags in docs/verifier.md: every bit that a kernel knows, which maps take it here, and that the kernel takes it there too.</summary>
public sealed class FlagTableTests
{
    static readonly MapType[] s_types =
    [
        MapType.Hash, MapType.Array, MapType.ProgArray, MapType.PercpuHash, MapType.PercpuArray, MapType.LpmTrie, MapType.ArrayOfMaps, MapType.HashOfMaps, MapType.Ringbuf,
    ];

    static MapSpec Spec(MapType type) => type switch
    {
        MapType.ProgArray => MapFixture.Spec(type, value: 4),
        MapType.ArrayOfMaps or MapType.HashOfMaps => MapFixture.Spec(type, value: 4) with { Inner = MapFixture.Spec(MapType.Array) with { Name = "inner" } },
        MapType.Ringbuf => MapFixture.Spec(type, 0, 0, 4096),
        MapType.LpmTrie => MapFixture.Spec(type, key: 8, flags: MapFlags.NoPrealloc),
        _ => MapFixture.Spec(type),
    };

    static string[] TakenBy(int bit) => [.. s_types.Where(type => MapDefinition.Check(Spec(type) with { Flags = Spec(type).Flags | (1u << bit) }) is null).Select(type => type.ToString())];

    [Fact]
    public void TheDocumentSaysWhichMapsTakeWhichFlag()
    {
        string[] rows = [.. File.ReadLines(Repository.PathOf("docs", "verifier.md")).Where(line => line.StartsWith("| BPF_F_", StringComparison.Ordinal))];
        Assert.Equal(MapFlagBits.Names.ToArray(), rows.Select(row => row.Split('|', StringSplitOptions.TrimEntries)[1]));
        for (int bit = 0; bit < rows.Length; bit++)
        {
            string[] cells = rows[bit].Split('|', StringSplitOptions.TrimEntries);
            string[] taken = TakenBy(bit);
            Assert.Equal($"{cells[1]}: {(taken.Length == 0 ? "none" : string.Join(", ", taken))}", $"{cells[1]}: {cells[2]}");
            Assert.True(taken.Length == 0 == (cells[3] == "refused"), rows[bit]);
        }
    }

    [Fact]
    public void FlagsAreRefusedByTheirNames()
    {
        for (int bit = 0; bit < 32; bit++)
        {
            string name = bit < MapFlagBits.Names.Length ? MapFlagBits.Names[bit] : $"0x{1u << bit:x}";
            if (!TakenBy(bit).Contains(nameof(MapType.Array)))
                Assert.StartsWith(name + " in map_flags", MapDefinition.Check(Spec(MapType.Array) with { Flags = 1u << bit })!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheKernelTakesTheSameFlags()
    {
        if (KernelOracle.Unavailable is string reason)
            Assert.Skip(reason);
        foreach (MapType type in s_types)
        {
            for (int bit = 0; bit < MapFlagBits.Names.Length; bit++)
            {
                MapSpec spec = Spec(type) with { Flags = Spec(type).Flags | (1u << bit) };
                int map = KernelMaps.Create(spec);
                KernelMaps.Close(map);
                Assert.True(map >= 0 == MapDefinition.Check(spec) is null, $"{type} with {MapFlagBits.Names[bit]}: the kernel says {map}");
            }
        }
    }

    [Fact]
    public void AttributesWithoutAMeaningAreRefusedByTheirNames()
    {
        Assert.Contains("map_extra is 3", Refused(Spec(MapType.Hash) with { Extra = 3 }), StringComparison.Ordinal);
        Assert.Contains("pinning is 7", Refused(Spec(MapType.Hash) with { Pinning = 7 }), StringComparison.Ordinal);
        Assert.Contains("pinning is 1", Refused(Spec(MapType.ArrayOfMaps) with { Inner = Spec(MapType.Array) with { Pinning = 1 } }), StringComparison.Ordinal);
        Assert.Contains("2 entries", Refused(Spec(MapType.Array) with { MaxEntries = 2, IsReadOnlyData = true }), StringComparison.Ordinal);
        Assert.Contains("type Hash", Refused(Spec(MapType.Hash) with { MaxEntries = 1, IsReadOnlyData = true }), StringComparison.Ordinal);

        static string Refused(MapSpec spec)
        {
            Diagnostic refused = MapDefinition.Check(spec)!;
            Assert.Equal(RuntimeDiagnostics.MapAttribute.Id, refused.Id);
            return refused.Message;
        }
    }
}
