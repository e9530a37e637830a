// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;
using NopTap.Tests.Maps;

namespace NopTap.Tests.Runtime;

/// <summary>Maps that several objects share: pinned by name, or given by the host.</summary>
public sealed class SharedMapTests
{
    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    static BpfObjectSpec Pinned { get; } = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "pinned.bpf.o"));

    static uint Count(BpfObject loaded, string program = "count_shared") => loaded.Programs[program].Run(Loaded.Packet).ReturnValue;

    static MapSpec Shared => Pinned.Maps.Single(map => map.Name == "shared");

    static BpfObjectSpec With(MapSpec map) => Pinned with { Maps = Pinned.Maps.Replace(Shared, map) };

    [Theory]
    [MemberData(nameof(Engines))]
    public void ObjectsShareAMapThatIsPinnedByName(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObject first = runtime.Load(Pinned);
        using BpfObject second = runtime.Load(Pinned);
        Assert.Equal([1u, 2u, 3u], [Count(first), Count(first), Count(second)]);
        Assert.Equal([1u, 1u], [Count(first, "count_own"), Count(second, "count_own")]);
        Assert.Same(first.Maps["shared"], second.Maps["shared"]);
        Assert.NotSame(first.Maps["own"], second.Maps["own"]);
        Assert.Same(first.Maps["shared"], Assert.Single(runtime.PinnedMaps).Value);
        first.Dispose();
        Assert.Equal(4u, Count(second));
        Assert.Equal(4UL, second.Maps["shared"].Get(0));
    }

    [Fact]
    public void APinOutlivesItsObjectsAndEndsWithTheRuntimeOrByHand()
    {
        var runtime = new BpfRuntime();
        using (BpfObject first = runtime.Load(Pinned))
            Assert.Equal(1u, Count(first));
        BpfMap map = runtime.PinnedMaps["shared"];
        Assert.False(map.IsDisposed);
        using (BpfObject second = runtime.Load(Pinned))
        {
            Assert.Equal(2u, Count(second));
            Assert.True(runtime.Unpin("shared"));
            Assert.False(runtime.Unpin("shared"));
            Assert.Equal(3u, Count(second));
            Assert.False(map.IsDisposed);
            using BpfObject third = runtime.Load(Pinned);
            Assert.Equal(1u, Count(third));
        }

        Assert.True(map.IsDisposed);
        BpfMap again = runtime.PinnedMaps["shared"];
        Assert.Same(again, runtime.CreateMap(Shared));
        again.Dispose();
        Assert.Empty(runtime.PinnedMaps);
        Loaded.AssertEmpty(runtime);
        using (BpfObject last = runtime.Load(Pinned))
            Assert.Equal(1u, Count(last));
        again = runtime.PinnedMaps["shared"];
        runtime.Dispose();
        Assert.True(again.IsDisposed);
    }

    public static TheoryData<string, MapSpec> Others => new()
    {
        { "type is Array, not Hash", Shared with { Type = MapType.Hash } },
        { "value_size is 8, not 16", Shared with { ValueSize = 16 } },
        { "max_entries is 1, not 2", Shared with { MaxEntries = 2 } },
        { "map_flags is 0, not BPF_F_RDONLY_PROG", Shared with { Flags = MapFlagBits.ReadOnlyForPrograms } },
        { "spin lock is nowhere, not at offset 4", Shared with { SpinLockOffset = 4 } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void AnotherDefinitionIsRefusedByTheAttributeThatDiffers(string difference, MapSpec other)
    {
        using var runtime = new BpfRuntime();
        using BpfObject first = runtime.Load(Pinned);
        Diagnostic refused = Assert.Throws<BpfOperationException>(() => runtime.Load(With(other))).Diagnostic;
        Assert.Equal(RuntimeDiagnostics.SharedMapMismatch.Id, refused.Id);
        Assert.Contains(difference, refused.Message, StringComparison.Ordinal);
        using BpfMap own = runtime.CreateMap(other with { Pinning = 0, Name = "mine" });
        refused = Assert.Throws<BpfOperationException>(() => runtime.Load(Pinned, Given("shared", own))).Diagnostic;
        Assert.Equal(RuntimeDiagnostics.SharedMapMismatch.Id, refused.Id);
        Assert.Equal(1u, Count(first));
    }

    [Fact]
    public void ALoadThatFailsLeavesNoPin()
    {
        using var runtime = new BpfRuntime();
        ProgramSpec bad = Written.Xdp("r0 = *(u64 *)(r1 + 400)\nexit").Programs[0];
        Assert.ThrowsAny<BpfException>(() => runtime.Load(Pinned with { Programs = [bad] }));
        Assert.Empty(runtime.PinnedMaps);
        Loaded.AssertEmpty(runtime);
        using BpfObject first = runtime.Load(Pinned);
        Assert.ThrowsAny<BpfException>(() => runtime.Load(Pinned with { Programs = [bad] }));
        Assert.Equal(1u, Count(first));
        Assert.Single(runtime.PinnedMaps);
    }

    [Fact]
    public void UnknownPinningIsRefusedByItsNumber()
    {
        using var runtime = new BpfRuntime();
        Diagnostic refused = Assert.Throws<BpfOperationException>(() => runtime.Load(With(Shared with { Pinning = 2 }))).Diagnostic;
        Assert.Equal(RuntimeDiagnostics.MapAttribute.Id, refused.Id);
        Assert.Contains("pinning is 2", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnObjectTakesTheMapsThatItIsGiven(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfMap mine = runtime.CreateMap(Shared with { Pinning = 0, Name = "mine" });
        mine.As<uint, ulong>()[0] = 40;
        using (BpfObject loaded = runtime.Load(Pinned, Given("shared", mine)))
        {
            Assert.Equal([41u, 1u], [Count(loaded), Count(loaded, "count_own")]);
            Assert.Same(mine, loaded.Maps["shared"]);
            Assert.Empty(runtime.PinnedMaps);
        }

        Assert.Equal(41UL, mine.Get(0));
        mine.Dispose();
        Loaded.AssertEmpty(runtime);
    }

    [Fact]
    public void GivenMapsMustLiveHereUnderANameOfTheObject()
    {
        using var runtime = new BpfRuntime();
        using var other = new BpfRuntime();
        using BpfMap strange = other.CreateMap(Shared with { Pinning = 0 });
        BpfMap gone = runtime.CreateMap(Shared with { Pinning = 0 });
        gone.Dispose();
        using BpfMap mine = runtime.CreateMap(Shared with { Pinning = 0 });
        Refused("another runtime", "shared", strange);
        Refused("disposed", "shared", gone);
        Refused("does not declare", "nothing", mine);
        Assert.Equal([mine], runtime.Maps);

        void Refused(string why, string name, BpfMap map)
        {
            Diagnostic refused = Assert.Throws<BpfOperationException>(() => runtime.Load(Pinned, Given(name, map))).Diagnostic;
            Assert.Equal(RuntimeDiagnostics.SharedMapRefused.Id, refused.Id);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }

    static LoadOptions Given(string name, BpfMap map) => new() { Maps = ImmutableDictionary<string, BpfMap>.Empty.Add(name, map) };
}
