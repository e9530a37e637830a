// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Threads;
using NopTap.Trampolines;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Links;

/// <summary>SPEC A.16: where the SDT series is weak, each point and what happens here instead.</summary>
[Collection("threads")]
public sealed class WeakPointsOfTheRfcTests
{
    const string Callee = """
        call callee
        exit
        callee: r0 = r1
        r0 += 1
        exit
        """;

    // The probe stands at slot 2, where the function starts: equal offsets in two kinds of place.
    static TracedProgram LoadColliding(TracedWorld world) =>
        world.Load("call callee\nexit\ncallee: goto +0\nr0 = r1\nr0 += 1\nexit", Probe("first", [Long("a")], At("callee", Register.R1)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.42")]
    public void Point1FunctionsAndSitesWithEqualOffsetsNeverShareATrampoline(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = LoadColliding(world);
        Assert.Equal(target.Spec.Functions[1].Start, target.Spec.Probes[0].Sites[0].Instruction);
        string log = "";
        using TracingLink entry = target.Functions[1].AttachEntry((in ProbeEvent e) => log += "entry ");
        using SdtLink probe = target["first"].Attach((in ProbeEvent e) => log += $"probe {e.Count}");
        Assert.Equal(2, world.Trampolines.Count);
        Assert.Equal(5ul, target.Run(4));
        Assert.Equal("entry probe 1", log);
        Assert.NotEqual(
            new TrampolineKey(1, TrampolinePlace.ProbeSite, 2), new TrampolineKey(1, TrampolinePlace.FunctionEntry, 2));
    }

    [Fact]
    public void Point2TheKindOfPlaceIsFixedWhenATrampolineIsMade()
    {
        using var world = new TracedWorld();
        TracedProgram target = LoadColliding(world);
        using TracingLink entry = target.Functions[1].AttachEntry((in ProbeEvent e) => { });
        using SdtLink probe = target["first"].Attach((in ProbeEvent e) => { });
        TrampolineFlags site = world.Trampolines.Find(new TrampolineKey(target.Id, TrampolinePlace.ProbeSite, 2))!.Flags;
        TrampolineFlags function = world.Trampolines.Find(new TrampolineKey(target.Id, TrampolinePlace.FunctionEntry, 2))!.Flags;
        Assert.Equal(TrampolineFlags.RestoreRegs | TrampolineFlags.SdtProbe, site);
        Assert.Equal(TrampolineFlags.RestoreRegs, function);
        Assert.Equal(1 << 9, (int)TrampolineFlags.SdtProbe);
        using TracingLink exit = target.Functions[1].AttachExit((in ProbeEvent e) => { });
        function = world.Trampolines.Find(new TrampolineKey(target.Id, TrampolinePlace.FunctionEntry, 2))!.Flags;
        Assert.Equal(TrampolineFlags.CallOrig | TrampolineFlags.SkipFrame, function);
    }

    [Fact]
    public void Point3AnotherModelOrAddressUnderTheSameKeyIsRefused()
    {
        using var world = new TracedWorld();
        TracedProgram target = LoadColliding(world);
        using SdtLink link = target["first"].Attach((in ProbeEvent e) => { });
        var key = new TrampolineKey(target.Id, TrampolinePlace.ProbeSite, 2);
        Trampoline existing = world.Trampolines.Find(key)!;
        ITrampolineSite same = CompiledSite.OfProbe(target, target.CompiledCode!.Sites[0]);
        ITrampolineSite elsewhere = CompiledSite.OfFunction(target, target.CompiledCode.Functions[0], existing.Model);
        var other = new FunctionModel([new MachineArgument(MachineArgumentKind.Register, Register.R9, 0)], hasReturnValue: false);
        var model = Assert.Throws<BpfOperationException>(() => world.Trampolines.Get(key, other, same, default));
        var address = Assert.Throws<BpfOperationException>(() => world.Trampolines.Get(key, existing.Model, elsewhere, default));
        Assert.Equal(RuntimeDiagnostics.TrampolineConflict.Id, model.Diagnostic.Id);
        Assert.Equal(RuntimeDiagnostics.TrampolineConflict.Id, address.Diagnostic.Id);
        Assert.Equal(1, existing.References);
    }

    [Fact]
    [Trait("Spec", "G.44")]
    public void Point4EveryFieldOfARequestIsCheckedOrUsed()
    {
        using var world = new TracedWorld();
        TracedProgram target = LoadColliding(world);
        ulong cookie = 0;
        ProbeObserver observer = (in ProbeEvent e) => cookie = e.Cookie;
        Refuses(RuntimeDiagnostics.LinkFlagsUnknown, new LinkOptions { Flags = 4 });
        Refuses(RuntimeDiagnostics.AttachTypeMismatch, new LinkOptions { AttachType = AttachType.TraceFentry });
        Refuses(RuntimeDiagnostics.LinkTargetMismatch, new LinkOptions { TargetId = target.Id + 1 });
        Refuses(RuntimeDiagnostics.LinkTargetMismatch, new LinkOptions { TargetBtfId = 77 });
        Assert.Equal(0, world.Links.Count);
        var right = new LinkOptions { AttachType = AttachType.TraceSdt, TargetId = target.Id, Cookie = 0xfeed_face_cafe_beef };
        using (target["first"].Attach(observer, right))
            target.Run();
        Assert.Equal(0xfeed_face_cafe_beeful, cookie);

        void Refuses(DiagnosticDescriptor want, LinkOptions options)
        {
            var refusal = Assert.Throws<BpfOperationException>(() => target["first"].Attach(observer, options));
            Assert.Equal(want.Id, refusal.Diagnostic.Id);
            Assert.Equal(Errno.EINVAL, refusal.Errno);
        }
    }

    [Fact]
    [Trait("Spec", "G.68")]
    public void Point5ALinkTellsTargetProbeSitesAndCounts()
    {
        using var world = new TracedWorld();
        TracedProgram target = LoadColliding(world);
        using SdtLink link = target["first"].Attach((in ProbeEvent e) => { }, cookie: 9);
        target.Run();
        BpfLinkInfo info = link.Info;
        Assert.Equal((LinkType.Sdt, link.Id, 0u, target.Id, "target", "first"),
            (info.Type, info.Id, info.ProgramId, info.TargetId, info.Target, info.Probe));
        LinkSite site = Assert.Single(info.Sites);
        Assert.Equal((2, 2, target.CompiledCode!.Sites[0].Offset), (site.OriginalOffset, site.XlatedOffset, site.MachineOffset));
        Assert.Equal(target.CodeAddress + (ulong)site.MachineOffset, site.Address);
        SdtProbeInfo probe = Assert.Single(link.Probes);
        Assert.Equal(("first", 1, 2, site.Address), (probe.Name, probe.NArgs, probe.OrigOff, probe.ProbeIp));
        Assert.Equal(Register.R1, probe.ArgRegs[0].Register);
        string want = $"""
            link_type:	sdt
            link_id:	{link.Id}
            prog_id:	0
            attach_type:	65536
            target_obj_id:	{target.Id}
            target_btf_id:	0
            cookie:	9
            probe:	first
            site:	2 2 0x{site.MachineOffset:x}
            hits:	1
            misses:	0

            """;
        Assert.Equal(want.ReplaceLineEndings("\n"), info.ToFdInfo());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Point6ProgramsMayAskForTheirCookie(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = LoadColliding(world);
        TracedProgram observer = world.LoadObserver("call 174\nr1 = r0\ncall 1000\nr0 = 0\nexit");
        Records.Clear();
        using (target["first"].Attach(observer, new LinkOptions { Cookie = 0x8000_0000_0000_0001 }))
            target.Run();
        Assert.Equal(0x8000_0000_0000_0001, Assert.Single(Records).R1);
    }

    [Fact]
    [Trait("Spec", "G.47")]
    public void Point7DetachNeedsNoMemory()
    {
        using var world = new TracedWorld();
        TracedProgram target = LoadColliding(world);
        string log = "";
        SdtLink a = target["first"].Attach((in ProbeEvent e) => log += "a");
        SdtLink b = target["first"].Attach((in ProbeEvent e) => log += "b");
        SdtLink c = target["first"].Attach((in ProbeEvent e) => log += "c");
        world.Code!.AllocationFault = _ => true;
        b.Dispose();
        target.Run();
        Assert.Equal("ca", log);
        Trampoline trampoline = world.Trampolines.Find(new TrampolineKey(target.Id, TrampolinePlace.ProbeSite, 2))!;
        Assert.Equal(1, trampoline.Tombstones);
        c.Dispose();
        target.Run();
        Assert.Equal("caa", log);
        world.Code.AllocationFault = null;
        using (target["first"].Attach((in ProbeEvent e) => log += "d"))
            target.Run();
        Assert.Equal("caada", log);
        world.Code.AllocationFault = _ => true;
        a.Dispose();
        Assert.Equal(SitePatch.Nop.ToArray(), target.SiteBytes("first"));
        world.Code.AllocationFault = null;
        Assert.True(Epochs.Synchronize());
    }

    [Fact]
    [Trait("Spec", "G.65")]
    public void Point8OneObserverServesEveryInstanceOfATarget()
    {
        using var world = new TracedWorld();
        TracedProgram observer = world.LoadObserver("r1 = *(u64 *)(r1 + 0)\ncall 1000\nr0 = 0\nexit");
        Records.Clear();
        for (ulong i = 0; i < 3; i++)
        {
            // A reload of the target needs no reload of the observer, and two instances can be observed at once.
            TracedProgram target = LoadColliding(world);
            TracedProgram beside = LoadColliding(world);
            using (target["first"].Attach(observer, new LinkOptions { Cookie = 1 }))
            using (beside["first"].Attach(observer, new LinkOptions { Cookie = 2 }))
            {
                target.Run(i);
                beside.Run(i + 10);
            }

            target.Dispose();
            beside.Dispose();
        }

        Assert.Equal([(0ul, 1ul), (10ul, 2ul), (1ul, 1ul), (11ul, 2ul), (2ul, 1ul), (12ul, 2ul)], Records.Select(r => (r.R1, r.Cookie)));
    }

    [Fact]
    [Trait("Spec", "G.63")]
    public void Point9AnObserverHoldsItsTargetOnlyWhileAttached()
    {
        using var world = new TracedWorld();
        TracedProgram observer = world.LoadObserver("r0 = 0\nexit");
        int before = world.Code!.BlockCount;
        TracedProgram target = LoadColliding(world);
        target["first"].Attach(observer, new LinkOptions()).Dispose();
        target.Dispose();
        Assert.True(Epochs.Synchronize());

        // What is left is the observer's own code, compiled at its first attachment.
        Assert.Equal(before + 1, world.Code.BlockCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.49")]
    public void Point10AnObserverNeverFiresBeforeItsLinkIsSettled(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = LoadColliding(world);
        using var stop = new CancellationTokenSource();
        int tooEarly = 0;
        ulong wrong = 0;
        var runner = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
                wrong |= target.Run(4) ^ 5;
        });
        runner.Start();
        for (int i = 0; i < 500; i++)
        {
            using SdtLink link = target["first"].Attach((in ProbeEvent e) =>
            {
                // The id can be looked up, and what is found there is this link.
                if (e.Link.Id == 0 || !ReferenceEquals(world.Links.Get(e.Link.Id), e.Link))
                    Interlocked.Increment(ref tooEarly);
            });
            if (isCompiled)
                Thread.SpinWait(100);
        }

        stop.Cancel();
        runner.Join();
        Assert.Equal((0, 0ul), (tooEarly, wrong));
    }

    [Fact]
    [Trait("Spec", "G.49")]
    public void Point10AnUnsettledLinkCannotBeLookedUp()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(Callee);
        var table = new LinkTable { MaximumId = 2 };
        var point = AttachPoint.OfFunction(target, 1, target.Functions[1].Parameters);
        var link = new TracingLink(point, new DelegateObserver((in ProbeEvent e) => { }), 0, isExit: false);
        Assert.Equal(1u, table.Prime(link));
        var early = Assert.Throws<BpfOperationException>(() => table.Get(1));
        Assert.Equal((RuntimeDiagnostics.LinkNotSettled.Id, Errno.EAGAIN), (early.Diagnostic.Id, early.Errno));
        Assert.Empty(table.All());
        Assert.Equal(2u, table.Prime(link));
        var full = Assert.Throws<BpfOperationException>(() => table.Prime(link));
        Assert.Equal((RuntimeDiagnostics.LinkIdsExhausted.Id, Errno.ENOSPC), (full.Diagnostic.Id, full.Errno));
        table.Free(1);
        Assert.Equal(1u, table.Prime(link));
        table.Free(1);
        var unknown = Assert.Throws<BpfOperationException>(() => table.Get(1));
        Assert.Equal((RuntimeDiagnostics.LinkUnknown.Id, Errno.ENOENT), (unknown.Diagnostic.Id, unknown.Errno));
    }
}
