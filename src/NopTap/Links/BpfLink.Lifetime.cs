// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Threads;
using NopTap.Trampolines;

namespace NopTap.Links;

// The steps of the kernel's link life: prime (an id that nobody can look up), link to the trampolines, settle (cannot fail); cleanup when
// linking fails; release (detach) and dealloc (give everything back once no thread can be inside).
public abstract partial class BpfLink
{
    readonly Lock _lock = new();
    readonly List<(Trampoline Trampoline, TrampolineNode Node)> _nodes = [];
    volatile LinkState _state;
    int _ownObserverSlot = -1;

    // Whether it keeps the code region mapped: its runtime may be disposed of while another thread still detaches it.
    bool _holdsCode;
    (ulong Hits, ulong Misses)? _final;

    enum LinkState
    {
        New,
        Primed,
        Settled,
        Released,
        Disposed,
    }

    /// <summary>Attaches: everything or nothing.</summary>
    /// <exception cref="BpfOperationException">Refused; nothing changed.</exception>
    internal void Create()
    {
        lock (_lock)
        {
            Prime();
            bool isLinked = false;
            var replaced = new List<Action>();
            try
            {
                EnsureAlive(_point.Target);
                if (_observer is ProgramObserver observer)
                    EnsureAlive(observer.Program);
                _point.Target.CodeMemory?.DangerousAddRef(ref _holdsCode);
                foreach (int index in _point.Indexes)
                    LinkTo(index, replaced);
                isLinked = true;
            }
            finally
            {
                if (!isLinked)
                    Cleanup(replaced);
            }

            Settle(replaced);
        }
    }

    void Prime()
    {
        Id = _point.Target.Links.Prime(this);
        _state = LinkState.Primed;
        bool isPrimed = false;
        try
        {
            Slot = SlotTable.Lease();
            if (_observer is DelegateObserver)
                _ownObserverSlot = SlotTable.Lease();
            isPrimed = true;
        }
        finally
        {
            if (!isPrimed)
                Cleanup([]);
        }
    }

    void LinkTo(int index, List<Action> replaced)
    {
        int observerSlot = _observer is ProgramObserver program ? program.Program.Slot : _ownObserverSlot;
        Trampoline trampoline = _point.Target.Trampolines.Get(
            _point.KeyOf(index), _point.ModelOf(index), _point.SiteOf(index), _point.DiagnosticPlace);
        var node = new TrampolineNode(this, _observer, observerSlot, _nodes.Count, IsExit);
        bool isLinked = false;
        try
        {
            if (trampoline.Link(node) is { } free)
                replaced.Add(free);
            isLinked = true;
        }
        finally
        {
            if (!isLinked)
            {
                node.Free();
                _point.Target.Trampolines.Put(trampoline);
            }
        }

        _nodes.Add((trampoline, node));
    }

    // The first hit can come before this returns, never before the id is valid.
    void Settle(List<Action> replaced)
    {
        _state = LinkState.Settled;
        _point.Target.Links.Settle(this);
        foreach ((Trampoline trampoline, TrampolineNode node) in _nodes)
            trampoline.Open(node);
        Synchronize();
        foreach (Action free in replaced)
            Epochs.RetireLater(free);
    }

    // Nothing was open, so no thread can have been inside an observer; but one may be inside an image.
    void Cleanup(List<Action> replaced)
    {
        UnlinkAll(replaced);
        _state = LinkState.Disposed;
        FreeId();
        Epochs.RetireLater(() => Dealloc(replaced));
    }

    void Release(bool isFinal)
    {
        var replaced = new List<Action>();
        bool isReleased;
        bool isDisposed;
        lock (_lock)
        {
            isReleased = _state == LinkState.Settled;
            if (isReleased)
            {
                UnlinkAll(replaced);
                _state = LinkState.Released;
            }

            isDisposed = isFinal && _state == LinkState.Released;
            if (isDisposed)
                _state = LinkState.Disposed;
        }

        // Without the lock: runs that are waited for may themselves be disposing this link. An observer that still runs may ask for the id.
        Epochs.Retire(() =>
        {
            if (isReleased)
                Dealloc(replaced);
            if (!isDisposed)
                return;
            FreeId();
            OwnedObserver?.Dispose();
        });
    }

    void FreeId()
    {
        _point.Target.Links.Free(Id);
        Id = 0;
    }

    void UnlinkAll(List<Action> replaced)
    {
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            (Trampoline trampoline, TrampolineNode node) = _nodes[i];
            if (trampoline.Unlink(node) is { } free)
                replaced.Add(free);
        }

        Synchronize();
        foreach ((Trampoline trampoline, _) in _nodes)
            _point.Target.Trampolines.Put(trampoline);
    }

    void Synchronize()
    {
        if (_nodes.Count != 0)
            _nodes[0].Trampoline.Synchronize();
    }

    // No thread can be inside any more.
    void Dealloc(List<Action> replaced)
    {
        foreach (Action free in replaced)
            free();
        lock (_lock)
        {
            foreach ((_, TrampolineNode node) in _nodes)
                node.Free();
            _nodes.Clear();
            if (Slot >= 0)
            {
                _final = (SlotTable.Sum(Slot, 0), SlotTable.Sum(Slot, 1));
                SlotTable.Release(Slot);
                Slot = -1;
            }

            if (_ownObserverSlot >= 0)
            {
                SlotTable.Release(_ownObserverSlot);
                _ownObserverSlot = -1;
            }

            if (_holdsCode)
            {
                _point.Target.CodeMemory!.DangerousRelease();
                _holdsCode = false;
            }
        }
    }

    ulong Counted(int word)
    {
        lock (_lock)
        {
            if (_final is { } final)
                return word == 0 ? final.Hits : final.Misses;
            return Slot < 0 ? 0 : SlotTable.Sum(Slot, word);
        }
    }

    void EnsureAlive(ITracedProgram program)
    {
        if (!program.IsDisposed)
            return;
        throw new BpfOperationException(RuntimeDiagnostics.ProgramGone.At(
            _point.DiagnosticPlace, $"program '{program.Name}' was disposed", "load its object again and attach to that"));
    }

    private protected abstract bool IsExit { get; }
}
