// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Loading;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Tests.Runtime;

/// <summary>Whatever a host writes into a specification, it is loaded or refused with a diagnostic: each part of each record spoilt, one at a time.</summary>
public sealed class BrokenSpecTests
{
    public static TheoryData<string> Objects =>
    [
        "samples/observers/costs.bpf.o", "samples/tailcall/tailcall.bpf.o", "samples/firewall/firewall.bpf.o", "samples/observers/observers.bpf.o",
        "test/corpus/objects/global_functions.bpf.o", "test/corpus/objects/maps_of_maps.bpf.o", "test/corpus/objects/locks.bpf.o", "test/corpus/objects/unproved.bpf.o",
        "test/corpus/objects/sdt_args.bpf.o",
    ];

    [Theory]
    [MemberData(nameof(Objects))]
    public void EachSpoiltPartIsLoadedOrRefused(string path)
    {
        BpfObjectSpec whole = BpfObjectSpec.Load(Repository.PathOf(path));
        var wrong = new List<string>();
        int tried = 0;
        foreach (SpoiltSpec spoilt in SpoiltSpec.Of(whole))
        {
            tried++;
            using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = tried % 2 == 0 ? BpfEngine.Compiler : BpfEngine.Interpreter });
            if (Fault(() => LoadAndUse(runtime, (BpfObjectSpec)spoilt.Value)) is { } fault)
                wrong.Add($"{spoilt.Path}: {fault}");
        }

        Assert.Empty(wrong);
        Assert.True(tried > 150, $"{tried} ways of spoiling were tried");
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void EachSpoiltPartOfARequestIsAVerdict(string path)
    {
        BpfObjectSpec whole = BpfObjectSpec.Load(Repository.PathOf(path));
        ProgramSpec program = whole.Programs[0];
        VerificationRequest request = VerificationRequests.For(program, whole.Maps, ProgramTypes.Admit(program, out _), new HelperRegistry().For(program.Type)) with
        {
            Context = XdpContext.Layout,
            Helpers = new[] { HelperCatalog.Find(HelperId.MapLookupElem)!, HelperCatalog.Find(HelperId.TailCall)! }.ToFrozenDictionary(helper => helper.Id),
        };
        string[] wrong =
        [
            .. SpoiltSpec.Of(request).Select(spoilt => (spoilt.Path, Fault: Fault(() => _ = ProgramVerifier.Verify((VerificationRequest)spoilt.Value).Explanation)))
                .Where(entry => entry.Fault is not null)
                .Select(entry => $"{entry.Path}: {entry.Fault}"),
        ];
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void EachSpoiltDefinitionOfAMapIsMadeOrRefused(string path)
    {
        using var runtime = new BpfRuntime();
        var wrong = new List<string>();
        foreach (SpoiltSpec spoilt in BpfObjectSpec.Load(Repository.PathOf(path)).Maps.SelectMany(SpoiltSpec.Of))
        {
            // Capacities of gigabytes are the affair of the budgets.
            if (spoilt.Value is MapSpec { MaxEntries: > 1 << 20 } or MapSpec { ValueSize: > 1 << 20 })
                continue;
            if (Fault(() => runtime.CreateMap((MapSpec)spoilt.Value).Dispose()) is { } fault)
                wrong.Add($"{spoilt.Path}: {fault}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void PartsThatMayBeMissingAreEmpty()
    {
        ProgramSpec bare = Written.Xdp("r0 = 2\nexit").Programs[0] with { References = default, Lines = default, Probes = default, CoreRelocations = default, SectionName = null!, License = null! };
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.Load(new BpfObjectSpec { Name = null!, License = null!, Maps = default, Externs = default, Programs = [bare] });
        Assert.Equal(2u, loaded.Programs[0].Run(Loaded.Packet).ReturnValue);
    }

    [Fact]
    public void PartsThatMayNotBeMissingAreNamed()
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec whole = Written.Xdp("r0 = 2\nexit");
        ProgramSpec program = whole.Programs[0];
        (ProgramSpec Spec, string Id)[] broken =
        [
            (program with { Name = null! }, VerifierDiagnostics.BrokenSpec.Id),
            (program with { Instructions = default }, VerifierDiagnostics.MalformedProgram.Id),
            (program with { Functions = default }, VerifierDiagnostics.MalformedProgram.Id),
            (program with { Functions = [null!] }, VerifierDiagnostics.BrokenSpec.Id),
            (program with { Lines = [new LineInfo(1, "a.c", "", 1, 1), new LineInfo(0, "a.c", "", 1, 1)] }, VerifierDiagnostics.BrokenSpec.Id),
            (program with { Lines = [new LineInfo(9, "a.c", "", 1, 1)] }, VerifierDiagnostics.BrokenSpec.Id),
            (program with { References = [new MapReference(0, 0, false, 0)] }, VerifierDiagnostics.UnknownMap.Id),
            (program with { Functions = [program.Functions[0] with { BtfTypeId = -1 }] }, VerifierDiagnostics.BrokenSpec.Id),
        ];
        foreach ((ProgramSpec spec, string id) in broken)
            Assert.Equal(id, Assert.ThrowsAny<BpfException>(() => runtime.Load(whole with { Programs = [spec] })).Diagnostic.Id);
        Assert.Empty(runtime.Programs);
    }

    [Theory]
    [InlineData(7u, false)] // a map, and not quite its address
    [InlineData(0u, true)] // its value, and the load says the map
    public void AReferenceThatSaysElseThanItsLoadIsRefused(uint offset, bool isValue)
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec whole = BpfObjectSpec.Load(Repository.PathOf("samples", "tailcall", "tailcall.bpf.o"));
        ImmutableArray<ProgramSpec> programs =
        [
            .. whole.Programs.Select(program => program with
            {
                References = [.. program.References.Select(reference => reference.IsValue ? reference : reference with { Offset = offset, IsValue = isValue })],
            }),
        ];
        Assert.Equal(VerifierDiagnostics.UnknownMap.Id, Assert.ThrowsAny<BpfException>(() => runtime.Load(whole with { Programs = programs })).Diagnostic.Id);
    }

    [Fact]
    public void ALoadOfANumberIsNoMapWhateverIsSaidOfIt()
    {
        // To the verifier a small number, to the engines an address: what it proved of the one would be believed of the other.
        using var runtime = new BpfRuntime();
        BpfObjectSpec whole = Written.Xdp("r1 = 1 ll\nr0 = 2\nexit");
        var map = new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        ProgramSpec program = whole.Programs[0] with { References = [new MapReference(0, 0, false, 0)] };
        Assert.Equal(VerifierDiagnostics.UnknownMap.Id, Assert.ThrowsAny<BpfException>(() => runtime.Load(whole with { Programs = [program], Maps = [map] })).Diagnostic.Id);
    }

    [Fact]
    public void AnObserverWhoseSitesOrReferencesAreNoneIsRefusedBeforeItIsAttached()
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec whole = Written.Observer("r0 = 0\nexit");
        ProgramSpec program = whole.Programs[0] with { References = [new MapReference(1, 0, false, 0)] };
        Assert.Equal(VerifierDiagnostics.UnknownMap.Id, Assert.ThrowsAny<BpfException>(() => runtime.Load(whole with { Programs = [program] })).Diagnostic.Id);
    }

    [Fact]
    public void ASiteWithFewerArgumentsThanItsProbeDeclaresIsRefused()
    {
        // An observer would read the arguments that are declared, and only those that the site has are there.
        var parameter = new ProbeParameter("a", "u64", 0, ProbeArgumentKind.Integer, 8, false);
        BpfObjectSpec spec = Written.Xdp("r1 = 1\nsite:\ngoto +0\nr0 = 2\nexit", new ProbeSpec
        {
            Name = "p",
            Parameters = [parameter, parameter],
            Sites = [new ProbeSiteSpec(0, [new ProbeArgumentSpec(Register.R1, false, 0)], Symbol: "site")],
        });
        using var runtime = new BpfRuntime();
        Assert.Equal(VerifierDiagnostics.BadProbeSite.Id, Assert.ThrowsAny<BpfException>(() => runtime.Load(spec)).Diagnostic.Id);
    }

    [Fact]
    public void WhoeverKeepsTheArrayBehindASpecChangesNothingThatWasLoaded()
    {
        Instruction[] code = [.. Assembler.Parse("r0 = 0\nexit")];
        BpfObjectSpec spec = Written.Observer("r0 = 0\nexit");
        spec = spec with { Programs = [spec.Programs[0] with { Instructions = ImmutableCollectionsMarshal.AsImmutableArray(code) }] };
        using var runtime = new BpfRuntime();
        using BpfObject firewall = runtime.LoadSample("firewall", "firewall");
        using BpfObject observer = runtime.Load(spec);
        code[0] = Assembler.Parse("r0 = r9")[0];
        using BpfLink link = firewall.Probe("verdict").Attach(observer.Programs[0]);
        Assert.True(link.IsAttached);
    }

    static void LoadAndUse(BpfRuntime runtime, BpfObjectSpec spec)
    {
        // Capacities of gigabytes are the affair of the budgets.
        if (!spec.Maps.IsDefault && spec.Maps.Any(map => map is { MaxEntries: > 1 << 20 } or { ValueSize: > 1 << 20 }))
            return;
        using BpfObject loaded = runtime.Load(spec);
        foreach (BpfProgram program in loaded.Programs)
        {
            _ = program.Info;
            _ = program.Spec.EntryContext;
            if (program.TypeInfo.Kind is ContextKind.Xdp or ContextKind.Skb)
                program.Run(Loaded.Packet);
            foreach (BpfProbe probe in program.Probes)
            {
                if (!program.IsBound)
                    break;
                _ = probe.Spec.ToString();
                if (probe.IsAttachable)
                    probe.Attach((in ProbeEvent _) => { }).Dispose();
            }
        }
    }

    static string? Fault(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (BpfException)
        {
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}";
        }
    }
}
