// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Links;
using NopTap.TestKit;
using NopTap.Trampolines;

namespace NopTap.Tests.Links;

/// <summary>A runtime reduced to what attaching needs, for one engine. Programs are assembly with labels at their sites.</summary>
internal sealed unsafe class TracedWorld : IDisposable
{
    /// <summary>Helper: adds r1 to r5 to <see cref="Records"/> with the cookie; returns r1.</summary>
    internal const int Record = 1000;

    /// <summary>Helper: calls <see cref="OnCallback"/>.</summary>
    internal const int CallBack = 1001;

    [ThreadStatic]
    static List<(ulong R1, ulong R2, ulong Cookie)>? t_records;

    [ThreadStatic]
    static Action? t_callback;

    readonly List<TracedProgram> _programs = [];
    uint _nextId;

    internal TracedWorld(bool isCompiled = true, long capacity = 1 << 20) => Code = isCompiled ? new CodeMemory(capacity) : null;

    internal CodeMemory? Code { get; }

    internal TrampolineTable Trampolines { get; } = new();

    internal LinkTable Links { get; init; } = new();

    internal List<GuestRegion> Regions { get; } = [];

    internal static List<(ulong R1, ulong R2, ulong Cookie)> Records => t_records ??= [];

    internal static Action? OnCallback
    {
        get => t_callback;
        set => t_callback = value;
    }

    internal FrozenDictionary<int, nint> Helpers { get; } = new Dictionary<int, nint>
    {
        [(int)HelperId.GetAttachCookie] = (nint)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&GetCookie,
        [Record] = (nint)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&RecordThem,
        [CallBack] = (nint)(delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&CallThem,
    }.ToFrozenDictionary();

    internal TracedProgram Load(string text, params ProbeSpec[] probes) => Load(text, "target", ProgramType.Xdp, AttachType.Xdp, probes);

    internal TracedProgram LoadObserver(string text, AttachType attachType = AttachType.TraceSdt, params ProbeSpec[] probes) =>
        Load(text, "observer", ProgramType.Tracing, attachType, probes);

    internal TracedProgram Load(string text, string name, ProgramType type, AttachType attachType, params ProbeSpec[] probes)
    {
        AssembledProgram assembled = Assembler.ParseProgram(text);
        ProgramSpec bare = UnverifiedProgram.TrustUnverified(assembled.Instructions, name).Spec;
        ImmutableArray<ProbeSpec> placed = [.. probes.Select(probe => probe with { Sites = [.. probe.Sites.Select(site => Place(site, assembled))] })];
        return Load(bare with { Type = type, AttachType = attachType, Probes = placed });
    }

    internal TracedProgram Load(ProgramSpec spec)
    {
        var program = new TracedProgram(this, ++_nextId, spec, context: null);
        _programs.Add(program);
        return program;
    }

    internal static ProbeSpec Probe(string name, ProbeParameter[] parameters, params ProbeSiteSpec[] sites) =>
        new() { Name = name, Parameters = [.. parameters], Sites = [.. sites] };

    /// <summary>A site at a label of the text, with its arguments in registers.</summary>
    internal static ProbeSiteSpec At(string label, params Register[] arguments) =>
        new(-1, [.. arguments.Select(register => new ProbeArgumentSpec(register, false, 0))], Symbol: label);

    /// <summary>The site of a lazy probe: labels of the site, of its arming NOP and of the armed code.</summary>
    internal static ProbeSiteSpec Lazily(string label, params Register[] arguments) => At(label, arguments) with { ArmingInstruction = 0 };

    internal static ProbeParameter Int(string name) => new(name, "int", 0, ProbeArgumentKind.Integer, 4, IsSigned: true);

    internal static ProbeParameter UInt(string name, int size) =>
        new(name, $"u{8 * size}", 0, ProbeArgumentKind.Integer, size, IsSigned: false);

    internal static ProbeParameter Long(string name) => new(name, "long", 0, ProbeArgumentKind.Integer, 8, IsSigned: true);

    static ProbeSiteSpec Place(ProbeSiteSpec site, AssembledProgram text)
    {
        ProbeSiteSpec placed = site with { Instruction = text.Labels[site.Symbol] };
        return site.ArmingInstruction < 0
            ? placed
            : placed with { ArmingInstruction = text.Labels[site.Symbol + "_arming"], ArmedTarget = text.Labels[site.Symbol + "_armed"] };
    }

    [UnmanagedCallersOnly]
    static ulong GetCookie(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* block) => block->Cookie;

    [UnmanagedCallersOnly]
    static ulong RecordThem(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* block)
    {
        Records.Add((r1, r2, block->Cookie));
        return r1;
    }

    [UnmanagedCallersOnly]
    static ulong CallThem(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* block)
    {
        t_callback?.Invoke();
        return 0;
    }

    public void Dispose()
    {
        foreach (TracedProgram program in _programs)
            program.Dispose();
        Assert.True(NopTap.Threads.Epochs.Synchronize());
        Assert.Equal(0, Links.Count);
        Assert.Equal(0, Trampolines.Count);
        Code?.Dispose();
    }
}
