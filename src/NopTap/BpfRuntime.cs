// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Loading;
using NopTap.Maps;
using NopTap.Threads;
using NopTap.Trampolines;
using NopTap.Verifier.Specs;

namespace NopTap;

/// <summary>A place in which BPF objects live: machine-code memory, ids, helpers and links.</summary>
/// <remarks>
/// Thread-safe. Most processes need one. Disposing it disposes every object in it. Objects of different runtimes cannot observe each
/// other.
/// <code>
/// using var runtime = new BpfRuntime();
/// using BpfObject firewall = runtime.Load(BpfObjectSpec.Load("firewall.bpf.o"));
/// using BpfLink link = firewall.Probe("verdict").Attach((in ProbeEvent e) => Console.WriteLine(e.GetInt32("ret")));
/// RunResult result = firewall.Programs["firewall"].Run(packet);
/// </code>
/// </remarks>
public sealed partial class BpfRuntime : IDisposable
{
    readonly Lock _lock = new();
    readonly List<BpfObject> _objects = [];
    readonly SortedDictionary<uint, BpfProgram> _programs = [];
    readonly SortedDictionary<uint, BpfMap> _maps = [];
    uint _nextProgramId;
    uint _nextMapId;
    int _isDisposed;
    volatile bool _statistics;

    /// <summary>Makes a runtime.</summary>
    /// <param name="options">Settings; null for the usual ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting has no meaning.</exception>
    /// <exception cref="FeatureNotSupportedException">Machine code was demanded where it cannot run or the system refuses its memory, or the library is in a load context that may be unloaded.</exception>
    public BpfRuntime(BpfRuntimeOptions? options = null)
    {
        RefuseCollectible(typeof(BpfRuntime).Assembly);
        Options = options ?? new BpfRuntimeOptions();
        Engine = ChooseEngine(Options.Engine, IsCompilerSupported);
        if (Engine == BpfEngine.Compiler)
            Code = new CodeMemory(Options.CodeCapacity);
        MapBudget = new MapBudget(Options.MapBytes);
    }

    /// <summary>Settings that it was made with.</summary>
    public BpfRuntimeOptions Options { get; }

    /// <summary>What executes programs here: never <see cref="BpfEngine.Auto"/>.</summary>
    public BpfEngine Engine { get; }

    /// <summary>Helpers that programs may call beside the kernel's; to be registered before objects that use them are loaded.</summary>
    public HelperRegistry Helpers { get; } = new();

    /// <summary>What programs print with <c>bpf_trace_printk</c>. Called on the thread that runs the program; must not block or throw.</summary>
    public event Action<TraceMessage>? Trace;

    /// <summary>Whether runs are counted and timed (<c>kernel.bpf_stats_enabled</c>); costs two clock readings a run.</summary>
    public bool StatisticsEnabled
    {
        get => _statistics;
        set => _statistics = value;
    }

    /// <summary>Whether the compiler can run in this process.</summary>
    public static bool IsCompilerSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    internal CodeMemory? Code { get; }

    internal MapBudget MapBudget { get; }

    internal TrampolineTable Trampolines { get; } = new();

    internal LinkTable Links { get; } = new();

    /// <summary>Loads an object: creates its maps, verifies, compiles and places its programs. All of it or nothing.</summary>
    /// <param name="spec">The object.</param>
    /// <param name="cancellationToken">Ends the loading; looked at while programs are verified and between them.</param>
    /// <remarks>
    /// Every program that can ever run was proved. One whose section, type or parameter leaves nothing to prove is in the object without code, and says why (<see cref="BpfProgram.NotRunnable"/>).
    /// <para>What it may cost is bounded by the runtime's options; a refusal names the budget.</para>
    /// </remarks>
    /// <exception cref="BpfException">It was refused; the diagnostic says where and why, and nothing was created.</exception>
    /// <exception cref="ObjectDisposedException">The runtime is or was meanwhile disposed; nothing is left of the object.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing was created.</exception>
    public BpfObject Load(BpfObjectSpec spec, CancellationToken cancellationToken = default) => Load(spec, new LoadOptions(), cancellationToken);

    /// <summary>Loads an object as <see cref="Load(BpfObjectSpec, CancellationToken)"/> does, with maps that it shares with others.</summary>
    /// <param name="spec">The object.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the loading; looked at while programs are verified and between them.</param>
    /// <exception cref="BpfException">It was refused; the diagnostic says where and why, and nothing was created.</exception>
    /// <exception cref="ObjectDisposedException">The runtime is or was meanwhile disposed; nothing is left of the object.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing was created.</exception>
    public BpfObject Load(BpfObjectSpec spec, LoadOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(spec);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        StackGuard.Ask();
        BpfObject loaded = ObjectLoader.Load(this, spec, options, cancellationToken);
        if (TryAdd(loaded))
            return loaded;
        loaded.Dispose();
        throw new ObjectDisposedException(nameof(BpfRuntime));
    }

    /// <summary>Loads an object from a file.</summary>
    /// <param name="path">An object that clang built for the BPF target.</param>
    /// <param name="cancellationToken">Ends the loading, but not the reading of the file.</param>
    /// <exception cref="BpfException">The file cannot be read, or the object was refused; nothing was created.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing was created.</exception>
    /// <exception cref="ObjectDisposedException">As for <see cref="Load(BpfObjectSpec, CancellationToken)"/>.</exception>
    public BpfObject Load(string path, CancellationToken cancellationToken = default) =>
        Load(BpfObjectSpec.Load(path, new ReadLimits { FileBytes = Options.FileBytes, Instructions = Options.Instructions }), cancellationToken);

    /// <summary>Makes a map of no object: to be put into a map of maps, for example.</summary>
    /// <param name="spec">Its definition. One that is pinned by name gives the map that is pinned by that name, if there is one.</param>
    /// <returns>
    /// The map; dispose of it when the host is done with it. Maps that hold it go on holding it. A pinned one is shared: disposing of it ends it for all, so
    /// leave that to <see cref="Unpin"/> and the runtime.
    /// </returns>
    /// <exception cref="BpfException">The definition is refused, or the memory.</exception>
    public BpfMap CreateMap(MapSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        MapSpec admitted = SpecGate.Admit(spec, out Diagnostic? problem);
        if (problem is not null)
            throw new VerificationException(problem);
        if (admitted.Pinning != 0)
            return TakePinned(admitted, out _);
        BpfMap map = MakeMap(admitted);
        map.OnDispose = Forget;
        lock (_lock)
        {
            if (!IsDisposed)
            {
                _maps.Add(map.Id, map);
                return map;
            }
        }

        map.Dispose();
        throw new ObjectDisposedException(nameof(BpfRuntime));
    }

    /// <summary>Programs that are loaded now, by id.</summary>
    public IReadOnlyList<BpfProgram> Programs
    {
        get
        {
            lock (_lock)
                return [.. _programs.Values];
        }
    }

    /// <summary>Maps that exist now, by id.</summary>
    public IReadOnlyList<BpfMap> Maps
    {
        get
        {
            lock (_lock)
                return [.. _maps.Values];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        BpfObject[] objects;
        lock (_lock)
        {
            // From here on nothing is added.
            if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
                return;
            objects = [.. _objects];
        }

        Disposal.Each([.. objects.Select(loaded => (Action)loaded.Dispose), DisposeMaps, DisposeCode]);
    }

    // Those that no object held.
    void DisposeMaps() => Disposal.Each([.. Maps.Select(map => (Action)map.Dispose)]);

    void DisposeCode()
    {
        // From inside a run this thread still has to return through that code.
        if (Code is { } code)
            Epochs.Retire(code.Dispose);
    }

    bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    // What would come in behind the disposal would never be disposed of, and its code is gone.
    bool TryAdd(BpfObject loaded)
    {
        lock (_lock)
        {
            if (IsDisposed)
                return false;
            _objects.Add(loaded);
            foreach (BpfProgram program in loaded.Programs)
                _programs.Add(program.Id, program);
            return true;
        }
    }

    internal uint TakeProgramId() => Interlocked.Increment(ref _nextProgramId);

    /// <summary>Makes a map that lives here.</summary>
    /// <param name="spec">Definition.</param>
    /// <param name="isOfObject">Whether it is one of an object's, of which some may be of kinds that do not exist here.</param>
    internal BpfMap MakeMap(MapSpec spec, bool isOfObject = false)
    {
        uint id = Interlocked.Increment(ref _nextMapId);
        BpfMap map = isOfObject ? MapFactory.CreateFor(spec, id, MapBudget) : MapFactory.Create(spec, id, MapBudget);
        map.Home = this;
        return map;
    }

    internal void Print(in TraceMessage message) => Trace?.Invoke(message);

    void Forget(BpfMap map)
    {
        lock (_lock)
        {
            _maps.Remove(map.Id);
            ForgetPin(map);
        }
    }

    internal void Forget(BpfObject unloaded)
    {
        lock (_lock)
        {
            _objects.Remove(unloaded);
            foreach (BpfProgram program in unloaded.Programs)
                _programs.Remove(program.Id);
        }
    }

    // Machine code calls helpers by address, which are gone when their assembly is unloaded; nothing tells when.
    static void RefuseCollectible(Assembly assembly)
    {
        if (AssemblyLoadContext.GetLoadContext(assembly) is not { IsCollectible: true } context)
            return;
        throw new FeatureNotSupportedException(RuntimeDiagnostics.CollectibleContext.At(
            default,
            $"the library is in the load context '{context.Name}', which may be unloaded while machine code still calls it",
            "load NopTap into the default context, or into one that is not collectible"));
    }

    internal static BpfEngine ChooseEngine(BpfEngine wanted, bool isCompilerSupported)
    {
        if (wanted is not (BpfEngine.Auto or BpfEngine.Compiler or BpfEngine.Interpreter))
            throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "no engine has this number");
        if (wanted == BpfEngine.Interpreter)
            return wanted;
        if (isCompilerSupported)
            return BpfEngine.Compiler;
        if (wanted == BpfEngine.Auto)
            return BpfEngine.Interpreter;
        throw new FeatureNotSupportedException(RuntimeDiagnostics.CompilerNotSupported.At(
            default,
            $"the compiler runs on Linux x86-64, this is {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}",
            "use BpfEngine.Auto or BpfEngine.Interpreter"));
    }
}
