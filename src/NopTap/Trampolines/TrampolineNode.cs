// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Jit.Trampolines;
using NopTap.Links;
using NopTap.Threads;

namespace NopTap.Trampolines;

/// <summary>One observer at one place: the kernel's <c>bpf_tramp_link</c>. Belongs to its link.</summary>
internal sealed unsafe class TrampolineNode
{
    readonly BpfLink _link;
    readonly int _observerSlot;
    GCHandle _handle;

    /// <summary>Makes a node that no trampoline knows yet.</summary>
    internal TrampolineNode(BpfLink link, Observer observer, int observerSlot, int site, bool isExit)
    {
        _link = link;
        _observerSlot = observerSlot;
        Observer = observer;
        Site = site;
        IsExit = isExit;
        _handle = GCHandle.Alloc(this);
        LiveResources.Add(LiveResource.ObserverHandle, GCHandle.ToIntPtr(_handle));
    }

    internal Observer Observer { get; }

    internal BpfLink Link => _link;

    /// <summary>Index of the place among those of the link.</summary>
    internal int Site { get; }

    /// <summary>Whether it runs when the function returns.</summary>
    internal bool IsExit { get; }

    /// <summary>Whether hits reach it; from settling to release. Changed under the trampoline's lock.</summary>
    internal bool IsOpen { get; set; }

    /// <summary>How a trampoline calls it.</summary>
    internal TrampolineObserver ForTrampoline()
    {
        bool isFunction = Observer.Convention == ObserverConvention.Function;
        return new TrampolineObserver(
            Observer.Convention,
            isFunction ? Observer.Address : (ulong)(delegate* unmanaged[Cdecl]<ulong*, nint, ThreadBlock*, void>)&FromMachineCode,
            isFunction ? 0 : GCHandle.ToIntPtr(_handle),
            _link.Cookie,
            SlotTable.Offset(_link.Slot),
            SlotTable.Offset(_observerSlot),
            IsOpen);
    }

    /// <summary>A hit under the interpreter: what a trampoline's machine code does, in C#.</summary>
    internal void Hit(ulong* arguments, ThreadBlock* block)
    {
        ulong* running = SlotTable.Words(block, _observerSlot);
        ulong* counts = SlotTable.Words(block, _link.Slot);
        if (running[0] != 0)
        {
            counts[1]++;
            running[1]++;
            return;
        }

        running[0] = 1;
        counts[0]++;
        ulong tailCalls = block->TailCalls;
        ulong cookie = block->Cookie;
        block->Cookie = _link.Cookie;
        block->TailCalls = 0;
        Invoke(arguments, block);
        block->TailCalls = tailCalls;
        block->Cookie = cookie;
        running[0] = 0;
    }

    /// <summary>Gives back what the node holds. No thread may be inside.</summary>
    internal void Free()
    {
        LiveResources.Remove(LiveResource.ObserverHandle, GCHandle.ToIntPtr(_handle));
        _handle.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void FromMachineCode(ulong* arguments, nint handle, ThreadBlock* block)
    {
        // SAFETY: the trampoline passes the handle of a node of its image, which is freed only after the image cannot be run any more.
        var node = (TrampolineNode)GCHandle.FromIntPtr(handle).Target!;
        node.Invoke(arguments, block);
    }

    // An exception must not cross machine code: it is kept for whoever looks at the link, and the target goes on.
    void Invoke(ulong* arguments, ThreadBlock* block)
    {
        try
        {
            StackGuard.Check(block);
            Observer.Invoke(new ProbeEvent(_link, this, arguments, block));
        }
        catch (Exception e)
        {
            _link.RecordFault(e);
        }
    }
}
