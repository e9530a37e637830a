// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Tests.Maps;

namespace NopTap.Tests.Helpers;

public unsafe class HelperRegistryTests
{
    [Fact]
    public void CallsTheHostsOwnHelpersWithTypedArguments()
    {
        var registry = new HelperRegistry();
        int none = registry.Add("none", () => 1);
        int one = registry.Add("one", a => a + 1);
        int two = registry.Add("two", (a, b) => a * b);
        int three = registry.Add("three", (a, b, c) => a + b + c);
        int sum = registry.Add("sum", (ReadOnlySpan<byte> memory) => (ulong)memory[0] + memory[^1]);
        int fill = registry.Add("fill", (Span<byte> memory) =>
        {
            memory.Fill(7);
            return (ulong)memory.Length;
        });
        Assert.Equal(HelperSignature.FirstHostId, none);
        using var bench = new HelperBench(registry);
        Assert.Equal(1ul, bench.CallHost(none));
        Assert.Equal(6ul, bench.CallHost(one, 5));
        Assert.Equal(42ul, bench.CallHost(two, 6, 7));
        Assert.Equal(6ul, bench.CallHost(three, 1, 2, 3));
        uint data = 0x09000005;
        Assert.Equal(14ul, bench.CallHost(sum, (ulong)&data, 4));
        Assert.Equal(3ul, bench.CallHost(fill, (ulong)&data, 3));
        Assert.Equal(0x09070707u, data);
        Assert.Equal(["none", "one", "two", "three", "sum", "fill"], registry.Added.Select(signature => signature.Name));
    }

    [Fact]
    public void HandsMapsAndOptionalMemoryToTheHost()
    {
        var registry = new HelperRegistry();
        using BpfMap map = MapFixture.Create(MapType.Hash);
        map.Update(1, 5);
        int id = registry.Add(
            "count",
            [HelperArgument.ConstMapPointer, HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero],
            (in HelperCall call) => (ulong)call.Map(0).Count + (ulong)call.Memory(1).Length + (ulong)call.Count);
        using var bench = new HelperBench(registry);
        Assert.Equal(4ul, bench.CallHost(id, (ulong)map.Header));
    }

    // What a program was verified against is what its calls are read by.
    [Fact]
    public void ASignatureStaysWhateverBecomesOfTheArrayThatItWasGivenIn()
    {
        HelperArgument[] mine = [HelperArgument.Anything, HelperArgument.Anything];
        var registry = new HelperRegistry();
        int id = registry.Add("late", ImmutableCollectionsMarshal.AsImmutableArray(mine), (in HelperCall call) => (ulong)call.Memory(0).Length);
        mine[0] = HelperArgument.Memory;
        mine[1] = HelperArgument.Size;
        Assert.Equal([HelperArgument.Anything, HelperArgument.Anything], registry.Added[0].Arguments);
        using var bench = new HelperBench(registry);
        Assert.Equal((int)Errno.EFAULT, HelperBench.ErrorOf(bench.CallHost(id)));
        Assert.IsType<InvalidOperationException>(Faults.Take(bench.Thread));
    }

    [Fact]
    public void KeepsAnExceptionOnItsSideOfTheBorder()
    {
        var registry = new HelperRegistry();
        int id = registry.Add("bad", () => throw new InvalidOperationException("first"));
        int other = registry.Add("worse", [HelperArgument.Anything], (in HelperCall call) => call.Memory(0)[0]);
        using var bench = new HelperBench(registry);
        Assert.Equal((int)Errno.EFAULT, HelperBench.ErrorOf(bench.CallHost(id)));
        Assert.Equal((int)Errno.EFAULT, HelperBench.ErrorOf(bench.CallHost(other)));
        Assert.Equal(1ul, bench.Thread->Fault);
        Assert.Equal("first", Assert.IsType<InvalidOperationException>(Faults.Take(bench.Thread)).Message);
        Assert.Equal(0ul, bench.Thread->Fault);
        Assert.Null(Faults.Take(bench.Thread));
    }

    [Theory]
    [InlineData("")]
    [InlineData("9lives")]
    [InlineData("a-b")]
    [InlineData("map_lookup_elem")]
    [InlineData("bpf_map_lookup_elem")]
    [InlineData("taken")]
    public void RefusesNamesThatAreTakenOrNoIdentifiers(string name)
    {
        var registry = new HelperRegistry();
        registry.Add("taken", () => 0);
        var error = Assert.Throws<BpfOperationException>(() => registry.Add(name, () => 0));
        Assert.Equal(RuntimeDiagnostics.HostHelperName.Id, error.Diagnostic.Id);
    }

    public static TheoryData<HelperArgument[]> BadSignatures => new(
        (HelperArgument[])[HelperArgument.Memory],
        (HelperArgument[])[HelperArgument.Size],
        (HelperArgument[])[HelperArgument.Memory, HelperArgument.Anything],
        (HelperArgument[])[HelperArgument.MapKey],
        (HelperArgument[])[HelperArgument.Callback],
        (HelperArgument[])[.. Enumerable.Repeat(HelperArgument.Anything, 6)]);

    [Theory]
    [MemberData(nameof(BadSignatures))]
    public void RefusesSignaturesThatItCannotCall(HelperArgument[] arguments)
    {
        var error = Assert.Throws<BpfOperationException>(() => new HelperRegistry().Add("name", [.. arguments], (in HelperCall _) => 0));
        Assert.Equal(RuntimeDiagnostics.HostHelperSignature.Id, error.Diagnostic.Id);
    }

    [Fact]
    public void GivesEachOfItsPlacesItsOwnHelperAndRefusesOneMore()
    {
        var registry = new HelperRegistry();
        for (int i = 0; i < HelperRegistry.Capacity; i++)
        {
            ulong mine = (ulong)i;
            registry.Add($"h{i}", () => mine);
        }

        using var bench = new HelperBench(registry);
        for (int i = 0; i < HelperRegistry.Capacity; i++)
            Assert.Equal((ulong)i, bench.CallHost(HelperSignature.FirstHostId + i));
        var error = Assert.Throws<BpfOperationException>(() => registry.Add("more", () => 0));
        Assert.Equal(RuntimeDiagnostics.HostHelpersExhausted.Id, error.Diagnostic.Id);
    }

    [Fact]
    public void OffersEachTypeItsHelpers()
    {
        var registry = new HelperRegistry();
        Assert.True(registry.For(ProgramType.Xdp).ContainsKey((int)HelperId.XdpAdjustHead));
        Assert.False(registry.For(ProgramType.SchedCls).ContainsKey((int)HelperId.XdpAdjustHead));
        Assert.True(registry.For(ProgramType.SchedCls).ContainsKey((int)HelperId.SkbLoadBytes));
        Assert.True(registry.For(ProgramType.Tracing).ContainsKey((int)HelperId.GetAttachCookie));
        Assert.False(registry.For(ProgramType.Tracing).ContainsKey((int)HelperId.XdpAdjustTail));
        Assert.Empty(registry.For(ProgramType.LircMode2));
    }
}
