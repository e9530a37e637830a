// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Threads;
using NopTap.Verifier;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Links;

/// <summary>Refused attachments, each of which must leave everything as it was.</summary>
[Collection("threads")]
public sealed class AttachErrorTests
{
    const string TwoSites = "first: goto +0\nr0 = r1\nsecond: goto +0\nexit";

    static ProbeSpec Both => Probe("both", [Long("a")], At("first", Register.R1), At("second", Register.R1));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Spec", "G.46")]
    public void LeavesNothingBehindWhenMemoryIsRefused(int allowed)
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(TwoSites, Both);
        bool isPresent = allowed >= 2;
        int hits = 0;
        SdtLink? present = isPresent ? target["both"].Attach((in ProbeEvent e) => hits++) : null;
        byte[] code = target.Bytes;
        Assert.True(Epochs.Synchronize());
        var before = (world.Code!.BlockCount, SlotTable.Leased, world.Links.Count, world.Trampolines.Count);
        int left = allowed % 2;
        world.Code.AllocationFault = _ => left-- <= 0;
        var refusal = Assert.Throws<BpfOperationException>(() => target["both"].Attach((in ProbeEvent e) => { }));
        world.Code.AllocationFault = null;
        Assert.Equal(JitDiagnostics.CodeMemoryExhausted.Id, refusal.Diagnostic.Id);
        Assert.Equal(Errno.ENOMEM, refusal.Errno);
        WaitUntil(() => Epochs.Pending == 0);
        Assert.True(Epochs.Synchronize());
        WaitUntil(() => before == (world.Code.BlockCount, SlotTable.Leased, world.Links.Count, world.Trampolines.Count));
        if (!isPresent)
            Assert.Equal(code, target.Bytes);
        Assert.Equal(9ul, target.Run(9));
        Assert.Equal(isPresent ? 2 : 0, hits);
        present?.Dispose();
        using SdtLink again = target["both"].Attach((in ProbeEvent e) => { });
        target.Run();
        Assert.Equal(2ul, again.Hits);
    }

    [Fact]
    [Trait("Spec", "G.48")]
    public void LeavesNothingBehindWhenSlotsAreExhausted()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(TwoSites, Both);
        var slots = new List<int>();
        while (SlotTable.Leased < NopTap.Jit.Abi.ThreadBlock.SlotCount - 1)
            slots.Add(SlotTable.Lease());

        // A delegate needs two: its link's and its own.
        var refusal = Assert.Throws<BpfOperationException>(() => target["both"].Attach((in ProbeEvent e) => { }));
        Assert.Equal(RuntimeDiagnostics.SlotsExhausted.Id, refusal.Diagnostic.Id);
        WaitUntil(() => SlotTable.Leased == NopTap.Jit.Abi.ThreadBlock.SlotCount - 1);
        slots.ForEach(SlotTable.Release);
        Assert.Equal(0, world.Links.Count);
    }

    [Fact]
    public void TellsWhenAPlaceWasPatchedByOthers()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(TwoSites, Both);
        ulong site = target["both"].Sites[1].Address;
        ulong word = SitePatch.WordAddress(site);
        ulong idle = world.Code!.ReadWord(word);
        ulong foreign = SitePatch.WithJump(site, idle, site + SitePatch.Size);
        world.Code.PatchWord(word, idle, foreign);
        var refusal = Assert.Throws<BpfOperationException>(() => target["both"].Attach((in ProbeEvent e) => { }));
        Assert.Equal((JitDiagnostics.PatchConflict.Id, Errno.EBUSY), (refusal.Diagnostic.Id, refusal.Errno));

        // The first site, which had been patched, is as before.
        Assert.Equal(SitePatch.Nop.ToArray(), target.SiteBytes("both"));
        world.Code.PatchWord(word, foreign, idle);
        WaitUntil(() => Epochs.Pending == 0);
        Assert.Equal(3ul, target.Run(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.8")]
    public void RefusesAProbeThatIsNeverPlaced(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load("r0 = 0\nexit", Probe("unplaced", [Long("a")]));
        Assert.False(target["unplaced"].IsAttachable);
        var refusal = Assert.Throws<BpfOperationException>(() => target["unplaced"].Attach((in ProbeEvent e) => { }));
        Assert.Equal((RuntimeDiagnostics.NotAttachable.Id, Errno.ENOENT), (refusal.Diagnostic.Id, refusal.Errno));
        Assert.Contains("never placed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "G.31")]
    public void RefusesAnObserverBuiltForAnotherPrototype()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(
            TwoSites,
            Probe("one", [Long("a")], At("first", Register.R1)),
            Probe("two", [Long("a"), Long("b")], At("second", Register.R1, Register.R2)));
        TracedProgram observer = world.LoadObserver("r0 = 0\nexit");
        target["one"].Attach(observer, new LinkOptions()).Dispose();
        var refusal = Assert.Throws<BpfOperationException>(() => target["two"].Attach(observer, new LinkOptions()));
        Assert.Equal((RuntimeDiagnostics.PrototypeMismatch.Id, Errno.EINVAL), (refusal.Diagnostic.Id, refusal.Errno));
    }

    [Theory]
    [InlineData(4, true, ProbeArgumentKind.Integer, true)]
    [InlineData(8, true, ProbeArgumentKind.Integer, false)]
    [InlineData(4, false, ProbeArgumentKind.Integer, false)]
    [InlineData(8, false, ProbeArgumentKind.Pointer, false)]
    [InlineData(8, false, ProbeArgumentKind.Context, false)]
    [Trait("Spec", "G.31")]
    public void ComparesPrototypesByTypeAndNotByName(int size, bool isSigned, ProbeArgumentKind kind, bool want)
    {
        var have = new ProbePrototype([new ProbeParameter("x", "int", 3, ProbeArgumentKind.Integer, 4, true)], false, null);
        var other = new ProbePrototype([new ProbeParameter("y", "something", 9, kind, size, isSigned)], false, null);
        Assert.Equal(want, have.Equals(other));
        Assert.False(have.Equals(new ProbePrototype(have.Parameters, true, null)));
    }

    [Fact]
    [Trait("Spec", "G.30")]
    public void TheContextOfAnObserverEndsBehindTheLastArgument()
    {
        var prototype = new ProbePrototype(
            [Int("a"), new ProbeParameter("p", "void *", 0, ProbeArgumentKind.Pointer, 8, false)], hasReturnValue: false, null);
        ContextLayout context = prototype.ToContext();
        Assert.Equal((16, 16), (context.Size, context.NativeSize));
        Assert.Equal(ContextFieldKind.Scalar, context.FieldAt(4, 4)?.Kind);
        Assert.Equal(ContextFieldKind.OpaquePointer, context.FieldAt(8, 8)?.Kind);
        Assert.Null(context.FieldAt(16, 8));
        Assert.Null(context.FieldAt(4, 8));
        Assert.All(context.Fields, field => Assert.False(field.IsWritable));
    }

    [Theory]
    [InlineData(ProgramType.Xdp, AttachType.Xdp, "BPF4315")]
    [InlineData(ProgramType.Tracing, AttachType.TraceFentry, "BPF4304")]
    [Trait("Spec", "G.44")]
    public void RefusesProgramsThatAreNoObserversOfProbes(ProgramType type, AttachType attachType, string want)
    {
        Assert.Equal(("BPF4315", "BPF4304"), (RuntimeDiagnostics.NotAnObserver.Id, RuntimeDiagnostics.AttachTypeMismatch.Id));
        using var world = new TracedWorld();
        TracedProgram target = world.Load(TwoSites, Both);
        TracedProgram observer = world.Load("r0 = 0\nexit", "observer", type, attachType);
        var refusal = Assert.Throws<BpfOperationException>(() => target["both"].Attach(observer, new LinkOptions()));
        Assert.Equal(want, refusal.Diagnostic.Id);
    }

    [Fact]
    public void RefusesAnObserverOfAnotherRuntime()
    {
        using var world = new TracedWorld();
        using var other = new TracedWorld();
        TracedProgram target = world.Load(TwoSites, Both);
        TracedProgram observer = other.LoadObserver("r0 = 0\nexit");
        var refusal = Assert.Throws<BpfOperationException>(() => target["both"].Attach(observer, new LinkOptions()));
        Assert.Equal(RuntimeDiagnostics.DifferentRuntimes.Id, refusal.Diagnostic.Id);
    }

    [Fact]
    [Trait("Spec", "G.34")]
    public void AnObserverMayBeObservedButNotItsObserver()
    {
        using var world = new TracedWorld();
        const string Observer = "r2 = *(u64 *)(r1 + 0)\nsite: goto +0\nr1 = r2\ncall 1000\nr0 = 0\nexit";
        TracedProgram target = world.Load(TwoSites, Both);
        TracedProgram first = world.LoadObserver(Observer, AttachType.TraceSdt, Probe("inner", [Long("a")], At("site", Register.R2)));
        TracedProgram second = world.LoadObserver(Observer, AttachType.TraceSdt, Probe("inner", [Long("a")], At("site", Register.R2)));
        TracedProgram third = world.LoadObserver("r0 = 0\nexit");
        using SdtLink outer = target["both"].Attach(first, new LinkOptions { Cookie = 1 });
        using SdtLink inner = first["inner"].Attach(second, new LinkOptions { Cookie = 2 });
        var refusal = Assert.Throws<BpfOperationException>(() => second["inner"].Attach(third, new LinkOptions()));
        Assert.Equal(RuntimeDiagnostics.NestedTooDeep.Id, refusal.Diagnostic.Id);
        Records.Clear();
        target.Run(7);
        Assert.Equal([(7ul, 2ul), (7ul, 1ul), (7ul, 2ul), (7ul, 1ul)], Records.Select(r => (r.R1, r.Cookie)));
    }

    [Fact]
    [Trait("Spec", "G.45")]
    public void ALinkCannotBeUpdatedButDetached()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(TwoSites, Both);
        using SdtLink link = target["both"].Attach((in ProbeEvent e) => { });
        var refusal = Assert.Throws<BpfOperationException>(() => link.Update(new object()));
        Assert.Equal((RuntimeDiagnostics.LinkUpdateNotSupported.Id, Errno.EINVAL), (refusal.Diagnostic.Id, refusal.Errno));
        target.Run();
        link.Detach();
        target.Run();
        Assert.Equal((2ul, false), (link.Hits, link.IsAttached));

        // Defunct but still there.
        Assert.Same(link, world.Links.Get(link.Id));
        Assert.False(link.Info.IsAttached);
        link.Detach();
    }

    static void WaitUntil(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromMinutes(5)));
}
