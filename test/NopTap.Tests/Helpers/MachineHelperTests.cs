// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Tests.Maps;

namespace NopTap.Tests.Helpers;

public unsafe class MachineHelperTests
{
    [Fact]
    public void BindsEveryHelperThatAProgramTypeMayCall()
    {
        foreach (ProgramType type in Enum.GetValues<ProgramType>())
        {
            if (!ProgramTypes.TryGet(type, out ProgramTypeInfo? info))
                continue;
            foreach (HelperId id in info.Helpers)
            {
                HelperBinding binding = StandardHelpers.Of(id, type);
                Assert.Equal((int)id, binding.Signature.Id);
                Assert.Equal(id is HelperId.TailCall or HelperId.Loop || !binding.IsAvailable, binding.Address == 0);
                Assert.Equal(StandardHelpers.Table.ContainsKey((int)id), binding.IsAvailable);
            }
        }

        foreach (int id in StandardHelpers.Table.Keys)
            Assert.NotNull(HelperCatalog.Find(id));
    }

    [Theory]
    [InlineData(HelperId.KtimeGetNs)]
    [InlineData(HelperId.KtimeGetBootNs)]
    public void TellsTheTimeSinceBoot(HelperId id)
    {
        using var bench = new HelperBench();
        ulong first = bench.Call(id);
        ulong second = bench.Call(id);
        Assert.True(second >= first);
        Assert.InRange(second - first, 0ul, 10_000_000_000ul);
        if (id == HelperId.KtimeGetNs)
            Assert.InRange((double)second / 1e9, (Environment.TickCount64 / 1e3) - 1e6, (Environment.TickCount64 / 1e3) + 1e6);
    }

    [Fact]
    public void DrawsNumbersOf32Bits()
    {
        using var bench = new HelperBench();
        bench.Thread->Random = 1;
        HashSet<ulong> seen = [.. Enumerable.Range(0, 1000).Select(_ => bench.Call(HelperId.GetPrandomU32))];
        Assert.True(seen.Count > 990);
        Assert.All(seen, number => Assert.InRange(number, 0ul, uint.MaxValue));
        Assert.Contains(seen, number => number > int.MaxValue);
    }

    [Fact]
    public void TellsProcessorAndCookie()
    {
        using var bench = new HelperBench();
        bench.Thread->Processor = 17;
        bench.Thread->Cookie = 0xfeed_0000_0000_0001;
        Assert.Equal(17ul, bench.Call(HelperId.GetSmpProcessorId));
        Assert.Equal(0xfeed_0000_0000_0001, bench.Call(HelperId.GetAttachCookie));
    }

    [Fact]
    public void ReadsWhatTheRunMayReadAndNothingElse()
    {
        using var bench = new HelperBench();
        using BpfMap map = MapFixture.Create(MapType.Array);
        using var packet = new PacketBuffer();
        XdpContext* context = packet.LoadXdp(new byte[60]);
        map.Update(1, 0x1122334455667788);
        bench.Thread->Memory = packet.Memory;
        ulong onStack = 99;
        packet.Memory->StackTop = (ulong)(&onStack + 1);
        ulong value = (ulong)(map.ValuesAddress + 8);
        Assert.Equal((0, 0x1122334455667788ul), Probe(bench, value, 8));
        Assert.Equal((0, 0x88ul), Probe(bench, value, 1));
        Assert.Equal(0, Probe(bench, (ulong)context->Data, 8).Error);
        Assert.Equal((0, (ulong)context->Data), Probe(bench, (ulong)context, 8));
        Assert.Equal((0, 99ul), Probe(bench, (ulong)&onStack, 8));
        Assert.Equal((0, ulong.MaxValue), Probe(bench, 0, 0));
        foreach (ulong bad in (ulong[])[0, 8, ulong.MaxValue, value + 4, (ulong)map.Header, (ulong)&onStack + 8, (ulong)context->HardStart + 4096])
            Assert.Equal(((int)Errno.EFAULT, 0ul), Probe(bench, bad, 8));
        bench.Thread->Memory = null;
        Assert.Equal((int)Errno.EFAULT, Probe(bench, (ulong)context->Data, 8).Error);
    }

    [Fact]
    public void ReadsNoMapThatIsGone()
    {
        using var bench = new HelperBench();
        BpfMap map = MapFixture.Create(MapType.Array);
        ulong address = (ulong)map.ValuesAddress;
        Assert.Equal(0, Probe(bench, address, 8).Error);
        map.Dispose();
        Assert.Equal((int)Errno.EFAULT, Probe(bench, address, 8).Error);
    }

    static (int Error, ulong Value) Probe(HelperBench bench, ulong address, ulong size)
    {
        ulong value = size == 8 ? 0xcccccccccccccccc : size == 0 ? ulong.MaxValue : 0;
        return (HelperBench.ErrorOf(bench.Call(HelperId.ProbeReadKernel, (ulong)&value, size, address)), value);
    }

    [Theory]
    [InlineData("abc", 3, "abc", 0)]
    [InlineData("abc", 3, "abcd", -1)]
    [InlineData("abcx", 3, "abc", 1)]
    [InlineData("abd", 3, "abc", 1)]
    [InlineData("abb", 3, "abc", -1)]
    [InlineData("ab", 2, "abc", 0)]
    public void ComparesLikeTheKernel(string left, int size, string right, int want)
    {
        using var bench = new HelperBench();
        byte[] buffer = HelperBench.Pinned(left), text = HelperBench.Pinned(right);
        int effective = want != 0 && left == "abc" ? size + 1 : left == "abcx" ? size + 1 : size;
        Assert.Equal(want, (int)bench.Call(HelperId.Strncmp, HelperBench.AddressOf(buffer), (ulong)effective, HelperBench.AddressOf(text)));
    }
}
