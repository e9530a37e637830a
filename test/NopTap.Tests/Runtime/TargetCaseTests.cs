// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Verifier;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Runtime;

/// <summary>Cases of SPEC G about targets, on a whole runtime.</summary>
public sealed class TargetCaseTests
{
    const string TwoSites = "r6 = 1\nfirst: goto +0\nr6 += 1\nsecond: goto +0\nr0 = 2\nexit";

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    // The kernel has a map of sites that must be frozen, belongs to one program and takes no offsets of the user's. Here sites are part of
    // the program's record: G.16 to G.19 become what follows.
    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.16")]
    [Trait("Spec", "G.19")]
    public void SitesAreFixedWhenTheProgramIsLoaded(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObjectSpec spec = Written.Xdp(TwoSites, Probe("p", [Long("a")], At("first", Register.R6)));
        using BpfObject loaded = runtime.Load(spec);
        ProgramSpec program = spec.Programs[0];
        BpfObjectSpec edited = spec with { Programs = [program with { Probes = [program.Probes[0] with { Sites = [program.Probes[0].Sites[0] with { Instruction = 3 }] }] }] };
        Assert.Equal(1, Assert.Single(loaded.Probe("p").Sites).OriginalOffset);
        using BpfObject other = runtime.Load(edited);
        var seen = new List<long>();
        using SdtLink link = loaded.Probe("p").Attach((in ProbeEvent e) => seen.Add(e[0]));
        using SdtLink later = other.Probe("p").Attach((in ProbeEvent e) => seen.Add(e[0]));
        loaded.Programs[0].Run(Loaded.Packet);
        other.Programs[0].Run(Loaded.Packet);
        Assert.Equal([1, 2], seen);

        // Where the code lies is told by the runtime alone.
        Assert.Equal((3, 3), (later.Info.Sites[0].OriginalOffset, later.Info.Sites[0].XlatedOffset));
        Assert.Equal(engine == BpfEngine.Compiler, later.Info.Sites[0].Address != 0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.17")]
    [Trait("Spec", "G.11")]
    [Trait("Spec", "G.65")]
    public void EachLoadHasSitesOfItsOwn(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        BpfObjectSpec spec = Written.Xdp(TwoSites, Probe("p", [Long("a")], At("first", Register.R6)));
        BpfObject first = runtime.Load(spec);
        using BpfObject second = runtime.Load(spec);
        SdtLink link = first.Probe("p").Attach((in ProbeEvent e) => { });
        second.Programs[0].Run(Loaded.Packet);
        Assert.Equal(0ul, link.Hits);
        first.Programs[0].Run(Loaded.Packet);
        Assert.Equal(1ul, link.Hits);
        first.Dispose();
        Assert.False(link.IsAttached);

        // Reloading starts without observers.
        using BpfObject third = runtime.Load(spec);
        third.Programs[0].Run(Loaded.Packet);
        Assert.Equal(1ul, link.Hits);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(2)] // second half of the wide load
    [Trait("Spec", "G.18")]
    public void ASiteThatIsNoNopOfTheProgramIsRefused(int instruction)
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec spec = Written.Xdp("r0 = 2\nr1 = 5 ll\nsite: goto +0\nexit", Probe("p", [], At("site")));
        ProgramSpec program = spec.Programs[0];
        ProbeSpec moved = program.Probes[0] with { Sites = [program.Probes[0].Sites[0] with { Instruction = instruction }] };
        var refusal = Assert.Throws<VerificationException>(() => runtime.Load(spec with { Programs = [program with { Probes = [moved] }] }));
        Assert.Equal(VerifierDiagnostics.BadProbeSite.Id, refusal.Diagnostic.Id);
        Loaded.AssertEmpty(runtime);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.20")]
    public void AProbeInDeadCodeIsRefusedAndItsNeighbourFires(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Written.Xdp(
            "r0 = 2\nalive: goto +0\nexit\ndead: goto +0\nexit", Probe("alive", [Long("a")], At("alive", Register.R0)), Probe("dead", [], At("dead"))));
        Assert.False(loaded.Probe("dead").IsAttachable);
        Assert.Empty(loaded.Probe("dead").Sites);
        var refusal = Assert.Throws<BpfOperationException>(() => loaded.Probe("dead").Attach((in ProbeEvent e) => { }));
        Assert.Equal(RuntimeDiagnostics.NotAttachable.Id, refusal.Diagnostic.Id);
        using SdtLink link = loaded.Probe("alive").Attach((in ProbeEvent e) => { });
        Assert.Equal(2u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
        Assert.Equal(1ul, link.Hits);
    }

    // The control flow reaches the second site, but the number tested in front of it is always 2.
    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.20")]
    public void AProbeBehindADecidedBranchIsRefusedAndItsNeighbourFires(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Written.Xdp(
            "r0 = 2\nif r0 == 2 goto alive\nr0 = 1\ndead: goto +0\nalive: goto +0\nif r0 != 2 goto dead\nexit",
            Probe("alive", [Long("a")], At("alive", Register.R0)), Probe("dead", [], At("dead"))));
        Assert.Contains("dead code", loaded.Probe("dead").Unattachable, StringComparison.Ordinal);
        using SdtLink link = loaded.Probe("alive").Attach((in ProbeEvent e) => { });
        Assert.Equal(2u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
        Assert.Equal(1ul, link.Hits);
    }

    // Rewriting context accesses keeps every slot, so that offsets need no translation.
    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.21")]
    public void ASiteBehindRewrittenInstructionsIsFound(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Written.Xdp(
            "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr3 -= r2\nr4 = *(u32 *)(r1 + 16)\nsite: goto +0\nr0 = r3\nexit",
            Probe("p", [Long("length"), Long("queue")], At("site", Register.R3, Register.R4))));
        Assert.NotEqual(loaded.Programs[0].Spec.Instructions[0], loaded.Programs[0].Verified.Instructions[0]);
        (long Length, long Queue) seen = default;
        using SdtLink link = loaded.Probe("p").Attach((in ProbeEvent e) => seen = (e["length"], e["queue"]));
        Assert.Equal(64u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
        Assert.Equal((64, 0), seen);
        Assert.Equal((4, 4), (link.Info.Sites[0].OriginalOffset, link.Info.Sites[0].XlatedOffset));
    }

    [Fact]
    [Trait("Spec", "G.27")]
    public void AnUnknownProbeIsNamedWithThoseThatExist()
    {
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.LoadCorpus("sdt_args");
        foreach (string name in (string[])["fiv", "fivee", "FIVE", "", "thre"])
        {
            var unknown = Assert.Throws<KeyNotFoundException>(() => loaded.Programs["args"].Probes[name]);
            Assert.Contains("five, four, never_placed, none, one, three, two", unknown.Message, StringComparison.Ordinal);
            Assert.Throws<KeyNotFoundException>(() => loaded.Probe(name));
        }

        Assert.Equal("five", loaded.Probe("five").Name);
        using BpfObject two = runtime.LoadCorpus("sdt_two_programs");
        Assert.Contains("several programs", Assert.Throws<KeyNotFoundException>(() => two.Probe("shared")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.28")]
    public void TargetsWithoutProbesTypesOrMachineCode(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject bare = runtime.LoadSample("firewall", "firewall.noprobes");
        Assert.Empty(bare.Programs["firewall"].Probes);
        Assert.Throws<KeyNotFoundException>(() => bare.Probe("verdict"));

        // Without BTF arguments are words; neither types nor machine code are needed to observe.
        using BpfObject untyped = runtime.Load(Written.Xdp(TwoSites, Probe("p", [Long("a")], At("second", Register.R6))));
        Assert.Null(untyped.Spec.Btf);
        long seen = 0;
        using (SdtLink link = untyped.Probe("p").Attach((in ProbeEvent e) => seen = e[0]))
        {
            untyped.Programs[0].Run(Loaded.Packet);
            Assert.Equal((0, engine == BpfEngine.Compiler), (link.Info.TargetBtfId, link.Info.Sites[0].MachineOffset >= 0));
        }

        Assert.Equal(2, seen);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.58")]
    public void ATailCallPassesTheProbeBehindItAndReachesThatOfItsTarget(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadSample("tailcall", "tailcall");
        var seen = new List<(string, string, long)>();
        foreach (BpfProgram program in loaded.Programs)
        {
            foreach (BpfProbe probe in program.Probes.Where(probe => probe.IsAttachable))
                probe.Attach((in ProbeEvent e) => seen.Add((program.Name, e.Probe, e[0])));
        }

        byte[] packet = new byte[64];
        (packet[12], packet[13]) = (0x08, 0x00);
        Assert.Equal(2u, loaded.Programs["entry"].Run(packet).ReturnValue);
        Assert.Equal([("entry", "stage", 0), ("on_ipv4", "stage", 0)], seen);
        seen.Clear();
        (packet[12], packet[13]) = (0x86, 0xdd);
        Assert.Equal(3u, loaded.Programs["entry"].Run(packet).ReturnValue);
        Assert.Equal([("entry", "stage", 1), ("on_ipv6", "stage", 1)], seen);
        seen.Clear();
        Assert.Equal(2u, loaded.Programs["spin"].Run(packet).ReturnValue);

        // The limit of 33 lets it run 34 times.
        Assert.Equal(
            [.. Enumerable.Range(1, 34).Select(n => ("spin", "spun", (long)n)), ("spin", "refused", 2)],
            seen);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    [Trait("Spec", "G.60")]
    public void AProbeInACallbackFiresForEachCall(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Written.Xdp(
            """
            *(u64 *)(r10 - 8) = 0
            r1 = 5
            r2 = subprog[fn_body]
            r3 = r10
            r3 += -8
            r4 = 0
            call loop
            r0 = *(u64 *)(r10 - 8)
            exit
            fn_body:
            r3 = *(u64 *)(r2 + 0)
            r3 += r1
            *(u64 *)(r2 + 0) = r3
            site: goto +0
            r0 = 0
            exit
            """,
            Probe("turn", [Long("index"), Long("sum")], At("site", Register.R1, Register.R3))));
        Assert.Equal(10u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
        var seen = new List<(long, long)>();
        using SdtLink link = loaded.Probe("turn").Attach((in ProbeEvent e) => seen.Add((e[0], e[1])));
        Assert.Equal(10u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
        Assert.Equal([(0, 0), (1, 1), (2, 3), (3, 6), (4, 10)], seen);
    }

    [Fact]
    [Trait("Spec", "G.71")]
    public void SitesAreWhereADisassemblyShowsThem()
    {
        using BpfRuntime runtime = Loaded.NewRuntime(BpfEngine.Compiler);
        using BpfObject loaded = runtime.LoadSample("firewall", "firewall");
        BpfProgram program = loaded.Programs["firewall"];
        foreach (BpfProbe probe in program.Probes)
        {
            using SdtLink link = probe.Attach((in ProbeEvent e) => { });
            Dictionary<int, MachineLine> now = MachineText.Disassemble(program.CompiledCode!, program.ReadCode()).ToDictionary(line => line.Offset);
            Dictionary<int, MachineLine> idle = MachineText.Disassemble(program.CompiledCode!).ToDictionary(line => line.Offset);
            Assert.Equal(probe.Spec.Sites.Select(site => site.Instruction), link.Info.Sites.Select(site => site.OriginalOffset));
            foreach (LinkSite site in link.Info.Sites)
            {
                Assert.True(program.Verified.Instructions[site.XlatedOffset].IsNopGoto);
                Assert.Equal((5, site.Address), (now[site.MachineOffset].Length, now[site.MachineOffset].Address));
                Assert.StartsWith("call 0x", now[site.MachineOffset].Text, StringComparison.Ordinal);
                Assert.StartsWith("nop", idle[site.MachineOffset].Text, StringComparison.Ordinal);

                // A filling NOP, which keeps the patch inside one aligned word, may stand before it.
                MachineLine first = idle.Values.Where(line => line.Slot >= 0 && line.Offset <= site.MachineOffset).MaxBy(line => line.Offset);
                Assert.Equal(site.XlatedOffset, first.Slot);
                Assert.Equal(site.MachineOffset / 8, (site.MachineOffset + 4) / 8);
            }
        }
    }
}
