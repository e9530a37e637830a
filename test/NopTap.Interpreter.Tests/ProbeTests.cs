// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Interpreter.Tests;

public sealed class ProbeTests
{
    const string Eager = """
        r1 = 5
        r2 = -1
        goto +0
        r0 = r1
        r0 += r2
        exit
        """;

    // The arming site skips the evaluation; armed, it jumps to it.
    const string Lazy = """
        r1 = 5
        r0 = 1
        goto +0
        back: exit
        r1 *= 2
        goto +0
        goto back
        """;

    [Fact]
    public void PassesRegistersAndConstantsToObservers()
    {
        var hook = new RecordingHook { Active = [0] };
        var site = new ProbeSiteSpec(2, [new(Register.R1, false, 0), new(default, true, -7), new(Register.R2, false, 0)]);
        Assert.Equal(4UL, Run(Eager, site, hook));
        Assert.Equal([$"hit 0: 5 {unchecked((ulong)-7)} {ulong.MaxValue}"], hook.Events);
    }

    [Fact]
    public void SaysNothingWhileNobodyObserves()
    {
        var hook = new RecordingHook();
        Assert.Equal(4UL, Run(Eager, new ProbeSiteSpec(2, []), hook));
        Assert.Empty(hook.Events);
    }

    [Fact]
    public void LeavesOtherJumpsToTheNextSlotAlone()
    {
        var hook = new RecordingHook { Active = [0] };
        Run("goto +0\ngoto +0\ngoto +0\nr0 = 0\nexit", new ProbeSiteSpec(1, []), hook);
        Assert.Equal(["hit 0: "], hook.Events);
    }

    [Theory]
    [InlineData(false, new string[0])]
    [InlineData(true, new[] { "hit 0: 10" })]
    public void ComputesLazyArgumentsOnlyWhenArmed(bool armed, string[] events)
    {
        var hook = new RecordingHook { Active = [0], Armed = armed ? [0] : [] };
        var site = new ProbeSiteSpec(5, [new(Register.R1, false, 0)], ArmingInstruction: 2, ArmedTarget: 4);
        Assert.Equal(1UL, Run(Lazy, site, hook));
        Assert.Equal(events, hook.Events);
    }

    [Fact]
    public void ReportsEntryAndExitOfEachTracedCall()
    {
        var hook = new RecordingHook { Traced = [0, 1] };
        ulong result = Guest.Run("""
            r1 = 2
            r2 = 3
            call sum
            r1 = r0
            r2 = 10
            call sum
            exit
            sum: r0 = r1
            r1 = 99
            r0 += r2
            exit
            """, new InterpreterImports { Probes = hook }, 7, 8);
        Assert.Equal(15UL, result);
        Assert.Equal(["entry 0: 7 8", "entry 1: 2 3", "exit 1: 2 3 = 5", "entry 1: 5 10", "exit 1: 5 10 = 15", "exit 0: 7 8 = 15"], hook.Events);
    }

    [Fact]
    public void ReportsBothProgramsOfATailCall()
    {
        var inner = new RecordingHook { Traced = [0] };
        var outer = new RecordingHook { Traced = [0] };
        var target = new ProgramInterpreter(Guest.Program("r0 = 4\nexit"), new InterpreterImports { Probes = inner });
        var imports = new InterpreterImports { Probes = outer, TailCalls = new FixedTarget(target) };
        Assert.Equal(4UL, Guest.Run("r2 = 0\nr3 = 0\ncall 12\nr0 = 1\nexit", imports, r1: 6));
        Assert.Equal(["exit 0: 6 0 = 4"], outer.Events[1..]);
        Assert.Equal("exit 0", inner.Events[1][..6]);
        Assert.EndsWith("= 4", inner.Events[1], StringComparison.Ordinal);
    }

    [Fact]
    public void DoesNotReportSitesThatNobodyCanReach()
    {
        var hook = new RecordingHook { Active = [0] };
        VerifiedProgram open = Guest.Program(Eager, probes: [Probe(new ProbeSiteSpec(2, []))]);
        ImmutableArray<ProbeSiteFacts> sites = [open.Sites[0] with { Unattachable = "dead code" }];
        var closed = new VerifiedProgram(open.Spec, null, open.Instructions, open.Functions, open.Facts, sites);
        Assert.Equal(4UL, Guest.Run(closed, new InterpreterImports { Probes = hook }));
        Assert.Empty(hook.Events);
    }

    static ulong Run(string assembly, ProbeSiteSpec site, RecordingHook hook) =>
        Guest.Run(Guest.Program(assembly, probes: [Probe(site)]), new InterpreterImports { Probes = hook });

    static ProbeSpec Probe(ProbeSiteSpec site) => new() { Name = "probe", Sites = [site] };

    sealed class FixedTarget(ProgramInterpreter target) : ITailCallTargets
    {
        public ProgramInterpreter? Find(nint map, uint index) => target;
    }
}
