// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Links;
using NopTap.Maps;

namespace NopTap;

/// <summary>A loaded object: its programs, maps and probes, alive until it is disposed.</summary>
/// <remarks>
/// Thread-safe. Disposing it detaches every observer of its programs, waits until no thread runs them (inside a run: soon after that run), and
/// frees programs and the maps that nobody else holds.
/// </remarks>
public sealed class BpfObject : IDisposable
{
    readonly BpfRuntime _runtime;
    int _isDisposed;

    internal BpfObject(BpfRuntime runtime, BpfObjectSpec spec, ImmutableArray<BpfMap> maps, ImmutableArray<BpfProgram> programs)
    {
        _runtime = runtime;
        Spec = spec;
        Maps = new NamedCollection<BpfMap>("map", maps, [.. spec.Maps.Select(map => map.Name)]);
        Programs = new NamedCollection<BpfProgram>("program", programs, program => program.Name);
    }

    /// <summary>What it was loaded from.</summary>
    public BpfObjectSpec Spec { get; }

    /// <summary>Maps under the names that the object gives them, global-data sections included; those that are pinned or given outlive the object.</summary>
    public NamedCollection<BpfMap> Maps { get; }

    /// <summary>Entry programs.</summary>
    public NamedCollection<BpfProgram> Programs { get; }

    /// <summary>The probe of a name, when exactly one program has it.</summary>
    /// <param name="name">Probe name.</param>
    /// <exception cref="KeyNotFoundException">No program has it, or several have: then take it from <see cref="BpfProgram.Probes"/>.</exception>
    public BpfProbe Probe(string name)
    {
        BpfProbe? found = null;
        foreach (BpfProgram program in Programs)
        {
            if (!program.Probes.TryGet(name, out BpfProbe? probe))
                continue;
            if (found is not null)
                throw new KeyNotFoundException($"probe '{name}' exists in several programs; name one: object.Programs[\"{program.Name}\"].Probes[\"{name}\"]");
            found = probe;
        }

        return found ?? throw new KeyNotFoundException($"probe '{name}' does not exist in any program of '{Spec.Name}'");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _runtime.Forget(this);
        Disposal.Each([.. Programs.Select(program => (Action)program.Dispose), .. Maps.Select(map => (Action)map.Drop)]);
    }
}
