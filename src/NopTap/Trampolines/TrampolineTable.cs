// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;

namespace NopTap.Trampolines;

/// <summary>The trampolines of a runtime by key. Thread-safe.</summary>
internal sealed class TrampolineTable
{
    readonly Lock _lock = new();
    readonly Dictionary<TrampolineKey, Trampoline> _trampolines = [];

    /// <summary>Trampolines now.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _trampolines.Count;
        }
    }

    /// <summary>The trampoline of a key, made if there is none; one reference more. Give it back with <see cref="Put"/>.</summary>
    /// <exception cref="BpfOperationException">There is one, for another address or model.</exception>
    internal Trampoline Get(TrampolineKey key, FunctionModel model, ITrampolineSite site, DiagnosticPlace place)
    {
        lock (_lock)
        {
            if (!_trampolines.TryGetValue(key, out Trampoline? trampoline))
            {
                trampoline = new Trampoline(key, model, site, place);
                _trampolines.Add(key, trampoline);
            }
            else if (trampoline.Address != site.Address || trampoline.Model != model)
            {
                throw new BpfOperationException(RuntimeDiagnostics.TrampolineConflict.At(
                    place,
                    $"the trampoline of {key} serves address 0x{trampoline.Address:x} with {trampoline.Model}, "
                        + $"but 0x{site.Address:x} with {model} was asked for",
                    "detach what is attached there first"));
            }

            trampoline.References++;
            return trampoline;
        }
    }

    /// <summary>Gives back one reference; the last one frees the trampoline, which nobody may be linked to then.</summary>
    internal void Put(Trampoline trampoline)
    {
        lock (_lock)
        {
            if (--trampoline.References != 0)
                return;
            if (trampoline.Count != 0)
                throw new UnreachableException("BUG: a trampoline with observers was given back");
            _trampolines.Remove(trampoline.Key);
        }
    }

    /// <summary>The trampoline of a key, or null.</summary>
    internal Trampoline? Find(TrampolineKey key)
    {
        lock (_lock)
            return _trampolines.GetValueOrDefault(key);
    }
}
