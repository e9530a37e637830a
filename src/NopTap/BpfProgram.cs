// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Loading;
using NopTap.Maps;
using NopTap.Threads;
using NopTap.Verifier;

namespace NopTap;

/// <summary>A loaded program: run it, observe its probes, or attach it as an observer.</summary>
/// <remarks>
/// Thread-safe; any number of threads run it at once. It lives as long as its object. A program whose section is <c>bpf_sdt</c>,
/// <c>fentry/…</c> or <c>fexit/…</c> is verified and compiled when it is first attached, against the prototype of its target; until then it
/// has no code. One of a type that cannot be run here stays without code for good: see <see cref="NotRunnable"/>.
/// </remarks>
public sealed unsafe partial class BpfProgram : IDisposable, IHelperHost
{
    readonly BpfRuntime _runtime;
    readonly Lock _lock = new();
    readonly ImmutableArray<BpfMap> _maps;
    readonly RunFrame* _frame;
    readonly int _statistics;
    readonly ulong _rounds;
    volatile ProgramImage? _image;
    ImmutableArray<ProgramArrayMap> _claimed = [];
    volatile bool _isWithdrawn;
    nint _entry;
    int _references = 1;
    int _isDisposed;

    internal BpfProgram(BpfRuntime runtime, ProgramSpec spec, ImmutableArray<BpfMap> maps)
    {
        // What can be refused comes before what has to be given back.
        TypeInfo = ProgramTypes.Admit(spec, out Diagnostic? notRunnable);
        NotRunnable = notRunnable;
        _runtime = runtime;
        _maps = maps;
        _rounds = (ulong)runtime.Options.Rounds;
        Spec = spec;
        Id = runtime.TakeProgramId();
        Probes = new NamedCollection<BpfProbe>("probe", BpfProbe.For(this), probe => probe.Name);
        Functions = new NamedCollection<BpfFunction>("function", BpfFunction.For(this, spec.ParametersOf), function => function.Name);
        LoadedAt = DateTimeOffset.UtcNow;
        (_statistics, Slot) = Hold(maps);
        _frame = RunFrame.Allocate(this);
    }

    /// <summary>Number by which it is known while loaded; never 0.</summary>
    public uint Id { get; }

    /// <summary>Function name of its entry.</summary>
    public string Name => Spec.Name;

    /// <summary>Program type.</summary>
    public ProgramType Type => Spec.Type;

    /// <summary>What it was loaded from.</summary>
    public ProgramSpec Spec { get; }

    /// <summary>Its static probes, those without a site included.</summary>
    public NamedCollection<BpfProbe> Probes { get; }

    /// <summary>Its functions, the entry first.</summary>
    public NamedCollection<BpfFunction> Functions { get; }

    /// <summary>What programs of its type get and may do.</summary>
    public ProgramTypeInfo TypeInfo { get; }

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; }

    /// <summary>The runtime that it lives in.</summary>
    public BpfRuntime Runtime => _runtime;

    /// <summary>Whether it has code: always, except for an observer that was never attached, and for what is not run here.</summary>
    public bool IsBound => _image is not null;

    /// <summary>
    /// Why it is never run here: nothing can be proved of a program of its section, type or parameter. Null for all others. Running it, attaching
    /// it or to it, and putting it into a program array throw this.
    /// </summary>
    public Diagnostic? NotRunnable { get; }

    internal ProgramImage? Image => _image;

    /// <summary>What whoever ends in it, or it in, must have in common with it; null while it has no code.</summary>
    internal CallContract? Contract { get; private set; }

    internal ImmutableArray<BpfMap> Maps => _maps;

    /// <summary>Whether the host's use has ended.</summary>
    internal bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    /// <summary>The verified program with its facts, as the engines execute it.</summary>
    /// <exception cref="BpfOperationException">It is an observer that was never attached, or is not run here.</exception>
    public VerifiedProgram Verified => BoundImage.Verified;

    /// <summary>Its machine code as it was compiled, all probes idle; null under the interpreter.</summary>
    /// <exception cref="BpfOperationException">It is an observer that was never attached, or is not run here.</exception>
    public CodeImage? CompiledCode => BoundImage.Code;

    /// <summary>Copies its machine code as it is at this moment, patches included; empty under the interpreter.</summary>
    /// <exception cref="BpfOperationException">It is an observer that was never attached, or is not run here.</exception>
    /// <exception cref="ObjectDisposedException">Its object was disposed.</exception>
    public byte[] ReadCode()
    {
        // Kept for as long as its code is read.
        ObjectDisposedException.ThrowIf(IsDisposed || !TryRetain(), this);
        try
        {
            return BoundImage.Block?.Read() ?? [];
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Ends the host's use: it can be run no more. Again does nothing.</summary>
    /// <remarks>
    /// Called by its object. Links in which it is target or observer are detached; the code goes when no program array holds it and no
    /// thread is inside.
    /// </remarks>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        foreach (BpfLink link in _runtime.Links.OfProgram(this))
            link.Dispose();
        Volatile.Write(ref _entry, 0);
        Release();
    }

    /// <summary>Keeps the code and the maps for a program array.</summary>
    /// <returns>False when the program is gone already.</returns>
    internal bool TryRetain()
    {
        int references = Volatile.Read(ref _references);
        while (references != 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
                return true;
            references = seen;
        }

        return false;
    }

    /// <summary>Gives back what <see cref="TryRetain"/> took. The last one frees the code once no thread can be inside.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
            Epochs.Retire(Free);
    }

    // Two slots, and the maps: all of it or nothing.
    static (int First, int Second) Hold(ImmutableArray<BpfMap> maps)
    {
        var slots = new Stack<int>();
        int held = 0;
        try
        {
            slots.Push(SlotTable.Lease());
            slots.Push(SlotTable.Lease());
            for (; held < maps.Length; held++)
                maps[held].RetainForProgram();
            return (slots.Pop(), slots.Pop());
        }
        finally
        {
            foreach (int slot in slots)
                SlotTable.Release(slot);
            if (slots.Count != 0)
            {
                for (int i = 0; i < held; i++)
                    maps[i].ReleaseProgram();
            }
        }
    }

    void Free()
    {
        if (_isWithdrawn)
            CalledArrays.Withdraw(_claimed);
        _image?.Block?.Free();
        foreach (BpfMap map in _maps)
            map.ReleaseProgram();
        RunFrame.Free(_frame);
        SlotTable.Release(_statistics);
        SlotTable.Release(Slot);
    }

    HelperRegistry IHelperHost.Helpers => _runtime.Helpers;

    void IHelperHost.Print(in TraceMessage message) => _runtime.Print(message);

    /// <summary>Gives the program its code. Done at load, or for an observer at its first attachment.</summary>
    internal void Bind(ProgramImage image, CallContract contract, ImmutableArray<ProgramArrayMap> claimed)
    {
        lock (_lock)
        {
            _claimed = claimed;
            Contract = contract;
            _image = image;
            _plainSize = PlainSizeOf(TypeInfo, image.Verified.Context);
            Volatile.Write(ref _entry, image.Entry);
        }
    }

    /// <summary>
    /// Gives up what it said of the arrays that it calls, since its load was refused: as soon as nothing holds it. Until then a shared array may
    /// still lead to it, and it on to others.
    /// </summary>
    internal void WithdrawClaims() => _isWithdrawn = true;

    internal void ThrowIfNotRunnable()
    {
        if (NotRunnable is { } why)
            throw new BpfOperationException(why);
    }

    ProgramImage BoundImage => _image ?? throw NotBound();

    BpfOperationException NotBound()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        ThrowIfNotRunnable();
        return new BpfOperationException(RuntimeDiagnostics.ProgramNotBound.At(
            new DiagnosticPlace { Program = Name, Section = Spec.SectionName },
            "an observer has no code before it is attached, because its argument types are those of its target",
            "attach it to a probe or function first"));
    }
}
