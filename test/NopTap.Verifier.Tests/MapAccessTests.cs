// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>
/// BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG: every way in which a program touches a map's value, in maps of every kind, under every flag; each verdict is
/// also asked of the kernel.
/// </summary>
public sealed class MapAccessTests
{
    const uint ValueSize = 64;

    // What an access does with the value at r7.
    [Flags]
    public enum Use
    {
        None = 0,
        Reads = 1,
        Writes = 2,

        /// <summary>The entries of the map itself are changed.</summary>
        Changes = 4,
    }

    static readonly (string Name, MapSpec Map)[] s_kinds =
    [
        ("array", Spec("array", MapType.Array)),
        ("percpu", Spec("percpu", MapType.PercpuArray)),
        ("hash", Spec("hash", MapType.Hash)),
        ("percpuhash", Spec("percpuhash", MapType.PercpuHash)),
        ("trie", Spec("trie", MapType.LpmTrie) with { KeySize = 8, Flags = MapFlagBits.NoPrealloc }),
        ("data", Spec("data", MapType.Array) with { MaxEntries = 1 }),
        ("inner", Spec("inner", MapType.Hash)),
    ];

    static readonly (string Name, Use Use, string Text)[] s_accesses =
    [
        ("none", Use.None, ""),
        ("load", Use.Reads, "r0 = *(u64 *)(r7 + 8)\n"),
        ("load signed", Use.Reads, "r0 = *(s32 *)(r7 + 8)\n"),
        ("load acquire", Use.Reads, "r0 = load_acquire((u64 *)(r7 + 8))\n"),
        ("store", Use.Writes, "r1 = 5\n*(u64 *)(r7 + 8) = r1\n"),
        ("store constant", Use.Writes, "*(u32 *)(r7 + 4) = 5\n"),
        ("store release", Use.Writes, "r1 = 5\nstore_release((u64 *)(r7 + 8), r1)\n"),
        ("atomic add", Use.Reads | Use.Writes, "r1 = 5\nlock *(u64 *)(r7 + 8) += r1\n"),
        ("atomic fetch", Use.Reads | Use.Writes, "r1 = 5\nr1 = atomic_fetch_add((u64 *)(r7 + 8), r1)\n"),
        ("exchange", Use.Reads | Use.Writes, "r1 = 5\nr1 = xchg_64(r7 + 8, r1)\n"),
        ("compare exchange", Use.Reads | Use.Writes, "r0 = 1\nr1 = 5\nr0 = cmpxchg_64(r7 + 8, r0, r1)\n"),
        ("key", Use.Reads, "r1 = map[idx:1]\nr2 = r7\ncall map_lookup_elem\n"),
        ("value of an update", Use.Reads, "r1 = map[idx:1]\nr2 = r10\nr2 += -8\nr3 = r7\nr4 = 0\ncall map_update_elem\n"),
        ("bytes for a ring", Use.Reads, "r1 = map[idx:2]\nr2 = r7\nr3 = 16\nr4 = 0\ncall ringbuf_output\n"),
        ("checksum", Use.Reads, "r1 = r7\nr2 = 16\nr3 = 0\nr4 = 0\nr5 = 0\ncall csum_diff\n"),
        ("format", Use.Reads, "r1 = r7\nr2 = 8\ncall trace_printk\n"),
        ("text to compare", Use.Reads, "r1 = r7\nr2 = 8\nr3 = map[idx:3][0]\ncall strncmp\n"),
        ("number to parse", Use.Reads, "r1 = r7\nr2 = 8\nr3 = 0\nr4 = r10\nr4 += -8\ncall strtol\n"),
        ("parsed number", Use.Writes, "*(u64 *)(r10 - 8) = 0x37\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\nr4 = r7\ncall strtol\n"),
        ("probe read", Use.Writes, "r1 = r7\nr2 = 16\nr3 = 0\ncall probe_read_kernel\n"),
        ("packet bytes", Use.Writes, "r1 = r6\nr2 = 0\nr3 = r7\nr4 = 8\ncall xdp_load_bytes\n"),
        ("bytes for a packet", Use.Reads, "r1 = r6\nr2 = 0\nr3 = r7\nr4 = 8\ncall xdp_store_bytes\n"),
        ("text written", Use.Writes, "r1 = r7\nr2 = 8\nr3 = map[idx:3][0]\nr4 = r10\nr4 += -8\nr5 = 8\ncall snprintf\n"),
        ("values to print", Use.Reads, "r1 = 0\nr2 = 0\nr3 = map[idx:3][0]\nr4 = r7\nr5 = 8\ncall snprintf\n"),
        ("dynptr", Use.Writes, "r1 = r7\nr2 = 16\nr3 = 0\nr4 = r10\nr4 += -24\ncall dynptr_from_mem\n"),
        ("dynptr read", Use.Writes, FromRing + "r1 = r7\nr2 = 8\nr3 = r10\nr3 += -24\nr4 = 0\nr5 = 0\ncall dynptr_read\n" + ToRing),
        ("dynptr write", Use.Reads, FromRing + "r1 = r10\nr1 += -24\nr2 = 0\nr3 = r7\nr4 = 8\nr5 = 0\ncall dynptr_write\n" + ToRing),
        ("buffer of a slice", Use.Reads | Use.Writes, "r1 = r6\nr2 = 0\nr3 = r10\nr3 += -24\ncall dynptr_from_xdp\nr1 = r10\nr1 += -24\nr2 = 0\nr3 = r7\nr4 = 8\ncall dynptr_slice\n"),
        ("update", Use.Changes, "r1 = r8\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -64\nr4 = 0\ncall map_update_elem\n"),
        ("delete", Use.Changes, "r1 = r8\nr2 = r10\nr2 += -8\ncall map_delete_elem\n"),
        ("load in a callback", Use.Reads, Each("r0 = *(u64 *)(r3 + 8)\n")),
        ("store in a callback", Use.Writes, Each("*(u64 *)(r3 + 8) = 1\n")),
        ("load in a function", Use.Reads, "r1 = r7\ncall fn_use\nr0 = 0\nexit\nfn_use:\nr0 = *(u64 *)(r1 + 0)\n"),
        ("store in a function", Use.Writes, "r1 = r7\ncall fn_use\nr0 = 0\nexit\nfn_use:\n*(u64 *)(r1 + 0) = 1\n"),
    ];

    const string FromRing = "r1 = map[idx:2]\nr2 = 16\nr3 = 0\nr4 = r10\nr4 += -24\ncall ringbuf_reserve_dynptr\n";
    const string ToRing = "r1 = r10\nr1 += -24\nr2 = 0\ncall ringbuf_submit_dynptr\n";

    static string Each(string body) => $"r1 = r8\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nr0 = 0\nexit\nfn_cb:\n{body}";

    static MapSpec Spec(string name, MapType type) => new() { Name = name, Type = type, KeySize = 4, ValueSize = ValueSize, MaxEntries = 4 };

    public static TheoryData<string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string>();
            foreach ((string kind, _) in s_kinds)
            {
                foreach ((string access, _, _) in s_accesses)
                {
                    // A trie has no callbacks.
                    if (kind != "trie" || !access.EndsWith("callback", StringComparison.Ordinal))
                        table.Add(kind, access);
                }
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void FlagsAreAskedForAtEveryAccess(string kind, string access)
    {
        MapSpec map = s_kinds.Single(row => row.Name == kind).Map;
        (_, Use use, string text) = s_accesses.Single(row => row.Name == access);
        foreach (uint flag in (uint[])[0, MapFlagBits.ReadOnlyForPrograms, MapFlagBits.WriteOnlyForPrograms])
        {
            VerificationRequest request = Request(kind, map with { Flags = map.Flags | flag }, text);
            Use forbidden = flag == MapFlagBits.ReadOnlyForPrograms ? Use.Writes | Use.Changes : flag == MapFlagBits.WriteOnlyForPrograms ? Use.Reads : Use.None;
            VerificationResult result = ProgramVerifier.Verify(request);
            Assert.True(result.IsAccepted == ((use & forbidden) == 0), $"flags {flag}: {result.Rejection}");
            if (!result.IsAccepted)
                Assert.Contains(result.Rejection!.Id, (string[])[VerifierDiagnostics.ReadOnlyMemory.Id, VerifierDiagnostics.WriteOnlyMemory.Id]);
            AskKernel(request, result.IsAccepted);
        }
    }

    // Compiled: global and static functions, atomics.
    [Fact]
    public void CompiledProgramsHaveTheVerdictOfTheirName()
    {
        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "verifier", "map_flags.bpf.o"));
        Assert.Equal(10, spec.Programs.Length);
        foreach (ProgramSpec program in spec.Programs)
        {
            var request = new VerificationRequest { Program = program, Maps = spec.Maps, Helpers = Asm.Helpers, Context = Layouts.Of(program.Type)! };
            VerificationResult result = ProgramVerifier.Verify(request);
            Assert.True(result.IsAccepted == program.Name.EndsWith("_accepted", StringComparison.Ordinal), $"{program.Name}: {result.Rejection}");
            AskKernel(request, result.IsAccepted);
        }
    }

    static MapSpec Constants { get; } = new()
    {
        Name = ".rodata",
        Type = MapType.Array,
        KeySize = 4,
        ValueSize = 8,
        MaxEntries = 1,
        IsReadOnlyData = true,
        Flags = MapFlagBits.ReadOnlyForPrograms,
        InitialValue = [7, 0, 0, 0],
    };

    public static TheoryData<string, MapSpec, bool> Beliefs => new()
    {
        { "constant data", Constants, true },
        { "data that programs only read and the host may write", Constants with { IsReadOnlyData = false }, false },
        { "more than one value", Constants with { MaxEntries = 2 }, false },
        { "a hash", Constants with { Type = MapType.Hash, InitialValue = [] }, false },
        { "another copy for each processor", Constants with { Type = MapType.PercpuArray, InitialValue = [] }, false },
        { "a map that stands for others", new() { Name = "outer", Type = MapType.ArrayOfMaps, KeySize = 4, ValueSize = 4, MaxEntries = 1, Inner = Constants }, false },
    };

    // What is believed decides whether the bad load can be reached.
    [Theory]
    [MemberData(nameof(Beliefs))]
    public void OnlyWhatNobodyChangesIsBelieved(string what, MapSpec map, bool believed)
    {
        const string find = "r2 = r10\nr2 += -8\ncall map_lookup_elem\nif r0 != 0 goto +2\nr0 = 0\nexit\n";
        string start = "*(u64 *)(r10 - 8) = 0\nr1 = map[idx:0]\n" + find + (map.Inner is null ? "" : "r1 = r0\n" + find);
        VerificationRequest request = Asm.Request(start + "r1 = *(u32 *)(r0 + 0)\nif r1 == 7 goto +1\nr1 = *(u64 *)(r10 + 8)\nr0 = 0\nexit") with
        {

            Maps = [map],
        };
        Assert.True(believed == ProgramVerifier.Verify(request).IsAccepted, what);
        AskKernel(request with { Maps = [map with { IsGlobalData = map.Inner is null && believed, Inner = map.Inner is null ? null : map.Inner with { IsReadOnlyData = false } }] }, believed);
    }

    // The map in the place of a template may have fewer entries for each processor: what a look-up finds must be tested.
    [Theory]
    [InlineData(MapType.Array, 0u, true)]
    [InlineData(MapType.Array, MapFlagBits.InnerMap, false)]
    [InlineData(MapType.PercpuArray, 0u, false)]
    public void AKeyIsInRangeOfATemplateOnlyWhereCapacitiesAgree(MapType type, uint flags, bool believed)
    {
        MapSpec inner = Spec("inner", type) with { MaxEntries = 8, Flags = flags };
        VerificationRequest request = Asm.Request(
            "*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\nr1 = map[idx:0]\ncall map_lookup_elem\nif r0 != 0 goto +2\nr0 = 0\nexit\nr1 = r0\n*(u32 *)(r10 - 16) = 5\nr2 = r10\nr2 += -16\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)\nr0 = 0\nexit") with
        {

            Maps = [new() { Name = "outer", Type = MapType.ArrayOfMaps, KeySize = 4, ValueSize = 4, MaxEntries = 4, Inner = inner }],
        };
        Assert.Equal(believed, ProgramVerifier.Verify(request).IsAccepted);
    }

    static VerificationRequest Request(string kind, MapSpec map, string text)
    {
        ImmutableArray<MapSpec> maps =
        [
            kind == "inner" ? new() { Name = "outer", Type = MapType.ArrayOfMaps, KeySize = 4, ValueSize = 4, MaxEntries = 4, Inner = map } : map,
            Spec("plain", MapType.Hash),
            new() { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 4096 },
            new() { Name = ".rodata", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1, IsGlobalData = true, IsReadOnlyData = true, Flags = MapFlagBits.ReadOnlyForPrograms, InitialValue = [.. "ab %d\n\0\0"u8] },
        ];
        string start = "r6 = r1\n" + string.Concat(Enumerable.Range(1, 8).Select(i => $"*(u64 *)(r10 - {8 * i}) = 0\n"));
        const string find = "r2 = r10\nr2 += -8\ncall map_lookup_elem\nif r0 != 0 goto +2\nr0 = 0\nexit\n";
        start += kind switch
        {
            "data" => "r8 = map[idx:0]\nr7 = map[idx:0][0]\n",
            "inner" => "r1 = map[idx:0]\n" + find + "r8 = r0\nr1 = r0\n" + find + "r7 = r0\n",
            _ => "r8 = map[idx:0]\nr1 = r8\n" + find + "r7 = r0\n",
        };
        VerificationRequest request = Asm.Request(start + text + "r0 = 0\nexit");
        return request with { Maps = maps };
    }

    static void AskKernel(VerificationRequest request, bool accepted)
    {
        if (KernelOracle.Unavailable is not null)
            return;
        using var oracle = new KernelOracle(request.Maps);
        KernelVerdict verdict = oracle.Load(request.Program, log: true);
        Assert.True(verdict.IsAccepted == accepted, $"the kernel says errno {verdict.Errno}: {verdict.Log}");
    }
}
