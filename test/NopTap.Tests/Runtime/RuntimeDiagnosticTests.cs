// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>What the runtime refuses, and that it says so with place, values and a way to fix it.</summary>
public sealed class RuntimeDiagnosticTests
{
    [Fact]
    public void CompilerIsRefusedWhereItCannotRun()
    {
        var error = Assert.Throws<FeatureNotSupportedException>(() => BpfRuntime.ChooseEngine(BpfEngine.Compiler, isCompilerSupported: false));
        Assert.Equal(RuntimeDiagnostics.CompilerNotSupported.Id, error.Diagnostic.Id);
        Assert.Equal(BpfEngine.Interpreter, BpfRuntime.ChooseEngine(BpfEngine.Auto, isCompilerSupported: false));
    }

    [Fact]
    public void ObserverHasNoCodeBeforeItIsAttached()
    {
        using var runtime = new BpfRuntime();
        using BpfObject observers = runtime.Load(Repository.PathOf("samples", "observers", "observers.bpf.o"));
        BpfProgram observer = observers.Programs["on_verdict"];
        Assert.False(observer.IsBound);
        var error = Assert.Throws<BpfOperationException>(() => observer.Verified);
        Assert.Equal(RuntimeDiagnostics.ProgramNotBound.Id, error.Diagnostic.Id);
        Assert.Contains("on_verdict", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PacketProgramTakesNoStructureAndTheOtherWayRound()
    {
        using var runtime = new BpfRuntime();
        using BpfObject firewall = runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
        using var context = new PlainContext<ulong>();
        var error = Assert.Throws<BpfOperationException>(() => firewall.Programs["firewall"].Run(context));
        Assert.Equal(RuntimeDiagnostics.WrongContext.Id, error.Diagnostic.Id);
        using BpfObject plain = runtime.LoadCorpus("unproved");
        error = Assert.Throws<BpfOperationException>(() => plain.Programs["own"].Run(new byte[64]));
        Assert.Equal(RuntimeDiagnostics.WrongContext.Id, error.Diagnostic.Id);
    }

    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void HelperThatOnlyTheKernelHasIsNamedAtLoad(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        var error = Assert.Throws<BpfOperationException>(() => runtime.Load(Plain("r0 = 0\ncall get_current_cgroup_id\nr0 = 0\nexit")));
        Assert.Equal(RuntimeDiagnostics.HelperNotImplemented.Id, error.Diagnostic.Id);
        Assert.Equal(1, error.Diagnostic.Place.Instruction);
        Assert.Contains("bpf_get_current_cgroup_id", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BpfEngine.Compiler)]
    [InlineData(BpfEngine.Interpreter)]
    public void ThrowingHelperEndsInADiagnosticAfterTheRun(BpfEngine engine)
    {
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = engine });
        runtime.Helpers.Add("fails", (Func<ulong>)(() => throw new InvalidDataException("no such customer")));
        using BpfObject plain = runtime.Load(Plain("call 0x10000\nr0 = 1\nexit"));
        var error = Assert.Throws<BpfOperationException>(() => plain.Programs["plain"].Run(Loaded.Packet));
        Assert.Equal(RuntimeDiagnostics.HelperFaulted.Id, error.Diagnostic.Id);
        Assert.Equal(Errno.EFAULT, error.Errno);
        Assert.IsType<InvalidDataException>(error.InnerException);
        Assert.Contains("no such customer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InitialEntryMustNameAProgram()
    {
        using var runtime = new BpfRuntime();
        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("samples", "tailcall", "tailcall.bpf.o"));
        ImmutableArray<MapSpec> maps = [.. spec.Maps.Select(map => map.InitialEntries.IsEmpty ? map : map with { InitialEntries = [new(0, "nobody")] })];
        var error = Assert.Throws<BpfOperationException>(() => runtime.Load(spec with { Maps = maps }));
        Assert.Equal(RuntimeDiagnostics.InitialEntryUnknown.Id, error.Diagnostic.Id);
        Assert.Empty(runtime.Maps);
        Assert.Equal(0, runtime.Code!.BlockCount);
    }

    [Fact]
    public void ProgramArrayTakesProgramsOfOneTypeBelowItsCapacity()
    {
        using var runtime = new BpfRuntime();
        using BpfObject calls = runtime.Load(Repository.PathOf("samples", "tailcall", "tailcall.bpf.o"));
        using BpfObject classifier = runtime.Load(Repository.PathOf("samples", "classifier", "classifier.bpf.o"));
        var stages = (ProgramArrayMap)calls.Maps["stages"];
        var error = Assert.Throws<BpfOperationException>(() => stages.Set(0, classifier.Programs[0]));
        Assert.Equal(RuntimeDiagnostics.ProgramArrayEntry.Id, error.Diagnostic.Id);
        error = Assert.Throws<BpfOperationException>(() => stages.Set(99, calls.Programs["entry"]));
        Assert.Equal(RuntimeDiagnostics.ProgramArrayIndex.Id, error.Diagnostic.Id);
        Assert.Equal(Errno.E2BIG, error.Errno);
        Assert.Same(calls.Programs["on_ipv4"], stages.Get(0));
    }

    static BpfObjectSpec Plain(string text)
    {
        ImmutableArray<Instruction> instructions = Assembler.Parse(text);
        return new BpfObjectSpec
        {
            Name = "plain.bpf.o",
            Programs =
            [
                new ProgramSpec
                {
                    Name = "plain",
                    SectionName = "xdp",
                    Type = ProgramType.Xdp,
                    Instructions = instructions,
                    Functions = [new FunctionSpec("plain", 0, instructions.Length, IsGlobal: true, BtfTypeId: 0)],
                },
            ],
        };
    }
}
