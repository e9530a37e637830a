// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;

namespace NopTap.Trampolines;

/// <summary>The observers of one place, and what calls them. All its state changes under its own lock.</summary>
/// <remarks>
/// Most recently attached first. The set of observers that one hit sees is exactly one of the sets that were installed. Removing an
/// observer cannot fail: its gate is closed by one store, and if there is no memory for a smaller image, the old one stays.
/// </remarks>
internal sealed class Trampoline
{
    /// <summary>Most observers of one place (the kernel's <c>BPF_MAX_TRAMP_LINKS</c>).</summary>
    internal const int MaxLinks = 38;

    readonly Lock _lock = new();
    readonly ITrampolineSite _site;
    readonly List<TrampolineNode> _entry = [];
    readonly List<TrampolineNode> _exit = [];
    readonly DiagnosticPlace _place;
    int _open;

    internal Trampoline(TrampolineKey key, FunctionModel model, ITrampolineSite site, DiagnosticPlace place) =>
        (Key, Model, _site, _place) = (key, model, site, place);

    internal TrampolineKey Key { get; }

    internal FunctionModel Model { get; }

    /// <summary>Address of the place; 0 under the interpreter.</summary>
    internal ulong Address => _site.Address;

    /// <summary>Links that hold it; changed under the table's lock.</summary>
    internal int References { get; set; }

    /// <summary>What it does now.</summary>
    internal TrampolineFlags Flags { get; private set; }

    /// <summary>Detachments for which there was no memory to build a smaller image.</summary>
    internal int Tombstones { get; private set; }

    /// <summary>Observers now.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _entry.Count + _exit.Count;
        }
    }

    /// <summary>Adds an observer, closed.</summary>
    /// <returns>Frees the image that was replaced, or null.</returns>
    /// <exception cref="BpfOperationException">Refused; nothing changed.</exception>
    internal Action? Link(TrampolineNode node)
    {
        lock (_lock)
        {
            List<TrampolineNode> list = node.IsExit ? _exit : _entry;
            if (_entry.Count + _exit.Count >= MaxLinks)
                throw TooMany();
            foreach (TrampolineNode other in list)
            {
                if (other.Observer.Identity.Equals(node.Observer.Identity))
                    throw Twice(other);
            }

            list.Insert(0, node);
            bool isInstalled = false;
            try
            {
                Action? replaced = _site.Install(_entry, _exit);
                isInstalled = true;
                UpdateFlags();
                return replaced;
            }
            finally
            {
                if (!isInstalled)
                    list.Remove(node);
            }
        }
    }

    /// <summary>Lets hits reach an observer. Cannot fail.</summary>
    internal void Open(TrampolineNode node)
    {
        lock (_lock)
        {
            node.IsOpen = true;
            _site.Open(node);
            if (_open++ == 0)
                _site.Arm();
        }
    }

    /// <summary>Removes an observer. Cannot fail; hits that are going on may still be inside it.</summary>
    /// <returns>Frees the image that was replaced, or null.</returns>
    internal Action? Unlink(TrampolineNode node)
    {
        lock (_lock)
        {
            if (node.IsOpen)
            {
                if (--_open == 0)
                    _site.Disarm();
                node.IsOpen = false;
            }

            _site.Close(node);
            if (!(node.IsExit ? _exit : _entry).Remove(node))
                throw new UnreachableException("BUG: the observer is not in its trampoline");
            Action? replaced = _entry.Count + _exit.Count == 0 ? _site.Clear() : Shrink();
            UpdateFlags();
            return replaced;
        }
    }

    /// <summary>Returns when every core sees what was changed before.</summary>
    internal void Synchronize() => _site.Synchronize();

    Action? Shrink()
    {
        try
        {
            return _site.Install(_entry, _exit);
        }
        catch (BpfOperationException)
        {
            // The gate is closed: the old image serves those who stay, at the cost of one jump a hit.
            Tombstones++;
            return null;
        }
    }

    void UpdateFlags()
    {
        TrampolineFlags flags = _entry.Count + _exit.Count == 0 ? TrampolineFlags.None
            : _exit.Count != 0 ? TrampolineFlags.CallOrig | TrampolineFlags.SkipFrame
            : TrampolineFlags.RestoreRegs;
        if (flags != TrampolineFlags.None && Key.Place == TrampolinePlace.ProbeSite)
            flags |= TrampolineFlags.SdtProbe;
        Flags = flags;
    }

    BpfOperationException TooMany() => new(RuntimeDiagnostics.TooManyObservers.At(
        _place, $"{MaxLinks} observers are attached here already", "dispose a link to this place, or let one observer do the work of several"));

    BpfOperationException Twice(TrampolineNode other) => new(RuntimeDiagnostics.AlreadyAttached.At(
        _place,
        $"observer '{other.Observer.Name}' is attached here already by link {other.Link.Id}",
        "dispose that link first, or attach another observer"));
}
