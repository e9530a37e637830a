// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;
using NopTap.Links;
using NopTap.TestKit;
using NopTap.Threads;
using NopTap.Trampolines;
using NopTap.Verifier;

namespace NopTap.Tests.Links;

/// <summary>A live program for tests of attaching: nothing but code, in one of the two engines.</summary>
internal sealed unsafe class TracedProgram : ITracedProgram, IDisposable
{
    readonly TracedWorld _world;
    CodeBlock? _block;
    ProgramInterpreter? _interpreter;
    VerifiedProgram? _verified;

    internal TracedProgram(TracedWorld world, uint id, ProgramSpec spec, ContextLayout? context)
    {
        _world = world;
        Id = id;
        Spec = spec;
        Slot = SlotTable.Lease();
        Probes = BpfProbe.For(this);
        Functions = BpfFunction.For(this, _ => null);
        if (spec.Type != ProgramType.Tracing)
            Make(context);
    }

    public uint Id { get; }

    public string Name => Spec.Name;

    public ProgramSpec Spec { get; }

    public VerifiedProgram Verified => _verified!;

    public CodeImage? CompiledCode { get; private set; }

    public ulong CodeAddress => _block?.Address ?? 0;

    public CodeMemory? CodeMemory => _world.Code;

    public InterpreterProbes? InterpreterProbes { get; private set; }

    public TrampolineTable Trampolines => _world.Trampolines;

    public LinkTable Links => _world.Links;

    public int Slot { get; }

    public bool IsDisposed { get; private set; }

    public bool ObservesObserver { get; set; }

    public ProbePrototype? Prototype { get; private set; }

    internal ImmutableArray<BpfProbe> Probes { get; }

    internal ImmutableArray<BpfFunction> Functions { get; }

    internal BpfProbe this[string probe] => Probes.Single(p => p.Name == probe);

    /// <summary>The 5 bytes at the only site of a probe.</summary>
    internal byte[] SiteBytes(string probe, int site = 0) =>
        _block!.Read().AsSpan(this[probe].Sites[site].MachineOffset, SitePatch.Size).ToArray();

    internal byte[] Bytes => _block!.Read();

    internal CodeBlock Block => _block!;

    public void Build(ProbePrototype prototype)
    {
        Make(prototype.ToContext());
        Prototype = prototype;
    }

    internal ulong Run(ulong r1 = 0, ulong r2 = 0, ulong r3 = 0, ulong r4 = 0, ulong r5 = 0)
    {
        using RunScope scope = RunScope.Enter();
        return RunInside(scope.Block, r1, r2, r3, r4, r5);
    }

    ulong RunInside(ThreadBlock* block, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, GuestRegion? region = null)
    {
        if (_block is not null)
        {
            return ((delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)(CodeAddress + (ulong)CompiledCode!.EntryOffset))(
                r1, r2, r3, r4, r5, block);
        }

        using var guest = new GuestMemory();
        if (region is { } r)
            guest.Add(r);
        foreach (GuestRegion shared in _world.Regions)
            guest.Add(shared);
        return _interpreter!.Run(guest, r1, r2, r3, r4, r5, (nint)block);
    }

    public void Interpret(ulong* arguments, int words, ThreadBlock* block) => RunInside(
        block, (ulong)arguments, 0, 0, 0, 0, new GuestRegion((ulong)arguments, (ulong)words * 8, IsReadable: true, IsWritable: false, "arguments"));

    void Make(ContextLayout? context)
    {
        _verified = UnverifiedProgram.TrustUnverified(Spec, context);
        if (_world.Code is { } code)
        {
            var request = new CompilationRequest { Program = _verified, Helpers = _world.Helpers, BaseAddress = 0 };
            _block = code.Allocate(ProgramCompiler.Compile(request).Bytes.Length);
            CompiledCode = ProgramCompiler.Compile(request with { BaseAddress = _block.Address });
            _block.Write(CompiledCode.Bytes.AsSpan());
            return;
        }

        InterpreterProbes = new InterpreterProbes(_verified.Sites.Length, Spec.Functions.Length);
        _interpreter = new ProgramInterpreter(_verified, new InterpreterImports { Helpers = _world.Helpers, Probes = InterpreterProbes });
    }

    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        foreach (BpfLink link in Links.OfProgram(this))
            link.Dispose();
        Epochs.Retire(() =>
        {
            _block?.Free();
            SlotTable.Release(Slot);
        });
    }
}
