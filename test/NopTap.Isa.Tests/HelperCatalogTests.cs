// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa.Tests;

public sealed class HelperCatalogTests
{
    [Fact]
    public void NamesEveryHelperOfTheKernel()
    {
        foreach (HelperId id in Enum.GetValues<HelperId>().Where(id => id != HelperId.Unspec))
        {
            string? name = HelperCatalog.NameOf((int)id);
            Assert.NotNull(name);
            // The member's name is the helper's without underscores.
            Assert.Equal(id.ToString(), name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            Assert.True(HelperCatalog.TryFindId("bpf_" + name, out int found));
            Assert.Equal((int)id, found);
        }

        Assert.Null(HelperCatalog.NameOf(0));
        Assert.Null(HelperCatalog.NameOf(212));
        Assert.Null(HelperCatalog.NameOf(-1));
        Assert.False(HelperCatalog.TryFindId("unspec", out _));
    }

    [Fact]
    public void TypesKeepTheirOwnRules()
    {
        foreach (HelperSignature signature in HelperCatalog.All.Concat(KernelFunctions.All))
        {
            Assert.Same(signature, HelperCatalog.Find(signature.Id));
            Assert.Equal(HelperCatalog.NameOf(signature.Id), signature.Name);
            Assert.InRange(signature.Arguments.Length, 0, 5);
            for (int n = 0; n < signature.Arguments.Length; n++)
            {
                bool memory = signature.Arguments[n] is
                    HelperArgument.Memory or HelperArgument.MemoryOrNull or HelperArgument.MemoryUninitialized or HelperArgument.WritableMemoryOrNull
                    or HelperArgument.MapValueMemory or HelperArgument.WritableMemory;
                bool size = n + 1 < signature.Arguments.Length && signature.Arguments[n + 1] is HelperArgument.Size or HelperArgument.SizeOrZero;
                Assert.Equal(memory, size);
            }

            bool callback = signature.Arguments.Contains(HelperArgument.Callback);
            Assert.Equal(callback, signature.Effects.HasFlag(HelperEffects.CallsBack));
        }
    }

    // Number, name, arguments, licence and packet effect as the kernel declares them.
    [Theory]
    [InlineData(HelperId.MapLookupElem, 1, 2, HelperEffects.TakesPackets)]
    [InlineData(HelperId.MapUpdateElem, 2, 4, HelperEffects.TakesPackets)]
    [InlineData(HelperId.MapDeleteElem, 3, 2, HelperEffects.TakesPackets)]
    [InlineData(HelperId.KtimeGetNs, 5, 0, HelperEffects.None)]
    [InlineData(HelperId.TracePrintk, 6, 2, HelperEffects.GplOnly)]
    [InlineData(HelperId.GetPrandomU32, 7, 0, HelperEffects.None)]
    [InlineData(HelperId.GetSmpProcessorId, 8, 0, HelperEffects.None)]
    [InlineData(HelperId.TailCall, 12, 3, HelperEffects.ChangesPacket)]
    [InlineData(HelperId.SkbLoadBytes, 26, 4, HelperEffects.None)]
    [InlineData(HelperId.XdpAdjustHead, 44, 2, HelperEffects.ChangesPacket)]
    [InlineData(HelperId.XdpAdjustMeta, 54, 2, HelperEffects.ChangesPacket)]
    [InlineData(HelperId.XdpAdjustTail, 65, 2, HelperEffects.ChangesPacket)]
    [InlineData(HelperId.SpinLock, 93, 1, HelperEffects.None)]
    [InlineData(HelperId.SpinUnlock, 94, 1, HelperEffects.None)]
    [InlineData(HelperId.ProbeReadKernel, 113, 3, HelperEffects.GplOnly)]
    [InlineData(HelperId.KtimeGetBootNs, 125, 0, HelperEffects.None)]
    [InlineData(HelperId.RingbufOutput, 130, 4, HelperEffects.None)]
    [InlineData(HelperId.RingbufReserve, 131, 3, HelperEffects.None)]
    [InlineData(HelperId.RingbufSubmit, 132, 2, HelperEffects.None)]
    [InlineData(HelperId.RingbufDiscard, 133, 2, HelperEffects.None)]
    [InlineData(HelperId.RingbufQuery, 134, 2, HelperEffects.None)]
    [InlineData(HelperId.ForEachMapElem, 164, 4, HelperEffects.CallsBack)]
    [InlineData(HelperId.Snprintf, 165, 5, HelperEffects.GplOnly)]
    [InlineData(HelperId.GetAttachCookie, 174, 1, HelperEffects.None)]
    [InlineData(HelperId.Loop, 181, 4, HelperEffects.CallsBack)]
    [InlineData(HelperId.Strncmp, 182, 3, HelperEffects.None)]
    [InlineData(HelperId.XdpGetBuffLen, 188, 1, HelperEffects.None)]
    public void KnowsTheHelpersOfTheRuntime(HelperId id, int number, int arguments, HelperEffects effects)
    {
        Assert.Equal(number, (int)id);
        HelperSignature? signature = HelperCatalog.Find(id);
        Assert.NotNull(signature);
        Assert.Equal(arguments, signature.Arguments.Length);
        Assert.Equal(effects, signature.Effects);
    }

    [Fact]
    public void TheClassOfAPacketIsAskedOfItsContext()
    {
        Assert.Empty(HelperCatalog.Find(HelperId.GetCgroupClassid, ProgramType.Xdp)!.Arguments);
        Assert.Equal([HelperArgument.Context], HelperCatalog.Find(HelperId.GetCgroupClassid, ProgramType.SchedCls)!.Arguments);
    }

    [Fact]
    public void DoesNotKnowOthers()
    {
        Assert.Null(HelperCatalog.Find(HelperId.CopyFromUser));
        Assert.Null(HelperCatalog.Find(HelperId.SysBpf));
        Assert.Null(KernelFunctions.Find(KernelFunctions.FirstId - 1));
        Assert.Null(KernelFunctions.Find(KernelFunctions.FirstId + KernelFunctions.All.Length));
    }

    [Fact]
    public void KernelFunctionsAreFoundByNameAndByNumber()
    {
        foreach (KernelFunctionId id in Enum.GetValues<KernelFunctionId>())
        {
            HelperSignature signature = HelperCatalog.Find((int)id)!;
            Assert.Equal((int)id, signature.Id);
            Assert.Equal(id.ToString(), string.Concat(signature.Name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));
            Assert.True(HelperCatalog.TryFindId("bpf_" + signature.Name, out int found));
            Assert.Equal((int)id, found);
        }
    }
}
