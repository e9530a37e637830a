// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Tests.Runtime;

/// <summary>What code that cannot run names refuses nothing, and what it names is refused where it can run. SampleObjectTests compares with the kernel.</summary>
public sealed class DeadCodeTests
{
    static BpfObjectSpec Spec { get; } = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "dead_code.bpf.o"));

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    // The constant that keeps code dead, switched on.
    static BpfObjectSpec Enabled(string program)
    {
        MapSpec constants = Spec.Maps.Single(map => map.Name == ".rodata");
        return Spec with
        {
            Maps = Spec.Maps.Replace(constants, constants with { InitialValue = [1, .. constants.InitialValue.AsSpan()[1..]] }),
            Programs = [Spec.Programs.Single(p => p.Name == program) with { AutoLoad = true }],
        };
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void DeadCodeRefusesNothing(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Spec);
        (string, uint)[] want =
        [
            ("weak_function", 5), ("weak_variable", 4), ("weak_config", 2), ("version", 4), ("dead_helper", 3), ("dead_names", 3), ("dead_map", 3), ("dead_timer", 3),
            ("dead_functions", 3),
        ];
        Assert.Equal(want, loaded.Programs.Select(program => (program.Name, program.Run(Loaded.Packet).ReturnValue)));
        Assert.Contains("unwanted", Spec.Programs.Select(program => program.Name));
    }

    public static TheoryData<string, string, string> Alive => new()
    {
        { "dead_helper", VerifierDiagnostics.UnknownHelper.Id, "call of helper 9999" },
        { "dead_names", FormatDiagnostics.KernelSymbolUsed.Id, "'needed_" },
        { "dead_map", RuntimeDiagnostics.MapUnsupportedType.Id, "map type LruHash" },
        { "dead_timer", VerifierDiagnostics.HelperNotImplemented.Id, "bpf_timer_init" },
        { "dead_functions", VerifierDiagnostics.UnknownHelper.Id, "call of helper 9999" },
        { "unwanted", FormatDiagnostics.KernelSymbolUsed.Id, "'needed_" },
    };

    [Theory]
    [MemberData(nameof(Alive))]
    public void TheSameCodeIsRefusedByNameWhereItCanRun(string program, string id, string text)
    {
        using var runtime = new BpfRuntime();
        Diagnostic refused = Assert.ThrowsAny<BpfException>(() => runtime.Load(Enabled(program))).Diagnostic;
        Assert.Equal(id, refused.Id);
        Assert.Contains(text, refused.Message, StringComparison.Ordinal);
        Assert.Equal(program, refused.Place.Program);
        Assert.NotNull(refused.Place.Instruction);
        Loaded.AssertEmpty(runtime);
    }

    [Fact]
    public void MapsThatCannotExistHereAreListedAndEmpty()
    {
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.Load(Spec);
        Assert.Equal((MapType.LruHash, 0L), (loaded.Maps["recent"].Type, loaded.Maps["recent"].Count));
        foreach (string name in (string[])["recent", "timers", "unused"])
        {
            BpfMap map = loaded.Maps[name];
            var error = Assert.Throws<BpfOperationException>(() => map.Update(new byte[map.KeySize], new byte[map.HostValueSize]));
            Assert.Equal(RuntimeDiagnostics.MapOperationNotSupported.Id, error.Diagnostic.Id);
            Assert.Throws<BpfOperationException>(() => map.Lookup(new byte[map.KeySize]));
            Assert.Throws<BpfOperationException>(() => runtime.CreateMap(map.Spec));
            var cursor = default(MapCursor);
            error = Assert.Throws<BpfOperationException>(() => map.LookupBatch(ref cursor, new byte[64], new byte[4096]));
            Assert.Equal(RuntimeDiagnostics.MapOperationNotSupported.Id, error.Diagnostic.Id);
            Assert.False(map.GetNextKey([], new byte[map.KeySize]));
        }

        Assert.Equal("struct bpf_timer at offset 0", loaded.Maps["timers"].Spec.UnsupportedField);
    }

    // A program that comes to a map with such a field and not to the field.
    [Theory]
    [MemberData(nameof(Engines))]
    public void FieldsOfAKernelRefuseWhoComesToTheirMap(BpfEngine engine)
    {
        BpfObjectSpec spec = Written.Xdp("*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map[idx:0]\ncall map_lookup_elem\nr0 = 2\nexit");
        spec = spec with
        {
            Maps = [new() { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 24, MaxEntries = 1, UnsupportedField = "struct bpf_timer at offset 8" }],
            Programs = [spec.Programs[0] with { References = [new MapReference(3, 0, IsValue: false, 0)] }],
        };
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        Diagnostic refused = Assert.ThrowsAny<BpfException>(() => runtime.Load(spec)).Diagnostic;
        Assert.Equal((RuntimeDiagnostics.MapUnsupportedField.Id, 3), (refused.Id, refused.Place.Instruction));
        Assert.Contains("struct bpf_timer at offset 8", refused.Message, StringComparison.Ordinal);
    }

    // A queue has keys of no bytes, and an object may write any size.
    [Theory]
    [InlineData(0u, 8u, null)]
    [InlineData(4u, 1u << 31, "BPF4101")]
    [InlineData(uint.MaxValue, 8u, "BPF4101")]
    public void MapsThatCannotExistHereHaveSizesThatCanBeTold(uint key, uint value, string? id)
    {
        BpfObjectSpec spec = Written.Xdp("r0 = 2\nexit") with { Maps = [new() { Name = "q", Type = MapType.Queue, KeySize = key, ValueSize = value, MaxEntries = 1 }] };
        using var runtime = new BpfRuntime();
        if (id is not null)
        {
            Assert.Equal(id, Assert.Throws<BpfOperationException>(() => runtime.Load(spec)).Diagnostic.Id);
            return;
        }

        using BpfObject loaded = runtime.Load(spec);
        Assert.Throws<BpfOperationException>(() => loaded.Maps[0].Lookup([]));
        var cursor = default(MapCursor);
        Assert.Throws<BpfOperationException>(() => loaded.Maps[0].LookupBatch(ref cursor, [], new byte[64]));
        Assert.False(loaded.Maps[0].GetNextKey([], []));
    }

    // Of a helper that the verifier knows and the runtime does not have.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AHelperWithoutABodyRefusesOnlyWhereItIsReached(bool isReached)
    {
        using var runtime = new BpfRuntime();
        int helper = runtime.Helpers.For(ProgramType.Xdp).Where(pair => !pair.Value.IsAvailable && pair.Value.Signature.Arguments.IsEmpty).Select(pair => pair.Key).FirstOrDefault();
        if (helper == 0)
            Assert.Skip("every helper without arguments has a body");
        BpfObjectSpec spec = Written.Xdp($"r0 = {(isReached ? 0 : 1)}\nif r0 == 1 goto +2\ncall {helper}\nr0 = 0\nr0 += 2\nexit");
        if (isReached)
            Assert.Equal(RuntimeDiagnostics.HelperNotImplemented.Id, Assert.Throws<BpfOperationException>(() => runtime.Load(spec)).Diagnostic.Id);
        else
            runtime.Load(spec).Dispose();
    }

    // bpf_loop of no rounds: the callback's address is taken and no path enters it.
    [Theory]
    [MemberData(nameof(Engines))]
    public void ACallbackThatIsNeverEnteredRefusesNothing(BpfEngine engine)
    {
        BpfObjectSpec spec = Written.Xdp("r1 = 0\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall loop\nr0 += 2\nexit\nfn_cb:\ncall 9999\nr0 = 0\nexit");
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(spec);
        Assert.Equal(2u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void TheHostGivesConfigurationItsValues(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObjectSpec spec = Spec.WithKconfig("CONFIG_NO_SUCH", "0x10").WithKconfig("CONFIG_NEVER", "y").WithKconfig("LINUX_KERNEL_VERSION", "327680");
        using BpfObject loaded = runtime.Load(spec);
        Assert.Equal(19u, loaded.Programs["weak_config"].Run(Loaded.Packet).ReturnValue);
        Assert.Equal(0u, loaded.Programs["version"].Run(Loaded.Packet).ReturnValue);
        ProgramSpec needs = Spec.WithKconfig("CONFIG_NEEDED", "250").Programs.Single(program => program.Name == "unwanted_type");
        Assert.Empty(needs.Missing);
        Assert.Throws<KeyNotFoundException>(() => Spec.WithKconfig("CONFIG_OTHER", "y"));
        Assert.Throws<ArgumentException>(() => Spec.WithKconfig("CONFIG_NEVER", "2"));
        Assert.Throws<ArgumentException>(() => Spec.WithKconfig("CONFIG_NEEDED", "0x100000000"));
        Assert.Throws<ArgumentException>(() => Spec.WithKconfig("CONFIG_NEEDED", "\"text\""));
    }
}
