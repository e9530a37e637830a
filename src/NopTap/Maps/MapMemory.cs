// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Native;
using NopTap.Threads;

namespace NopTap.Maps;

/// <summary>All native memory of one map, and the handle by which its head finds the managed map. Counted: host calls and programs hold it.</summary>
internal sealed unsafe class MapMemory : SafeHandle
{
    readonly MappedMemory _mapping;
    readonly MappedMemory? _more;
    bool _isFinalized;

    internal MapMemory(MappedMemory mapping, MappedMemory? more, BpfMap owner)
        : base(0, ownsHandle: true)
    {
        _mapping = mapping;
        _more = more;
        SetHandle(GCHandle.ToIntPtr(GCHandle.Alloc(owner, GCHandleType.Weak)));
        LiveResources.Add(LiveResource.MapHandle, handle);
        MapRegions.Add(mapping, handle);
        if (more is not null)
            MapRegions.Add(more, handle);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Called once when the memory is given back to the system.</summary>
    internal Action? OnReleased { get; set; }

    internal byte* Address => _mapping.Address;

    /// <summary>What the map's head keeps; valid as long as the memory is.</summary>
    internal nint OwnerHandle => handle;

    /// <summary>The map, or null when nothing but native code remembers it.</summary>
    internal static BpfMap? Owner(nint ownerHandle) => (BpfMap?)GCHandle.FromIntPtr(ownerHandle).Target;

    protected override bool ReleaseHandle()
    {
        MapRegions.Remove(_mapping);
        if (_more is not null)
            MapRegions.Remove(_more);
        nint owner = handle;
        MappedMemory mapping = _mapping;
        MappedMemory? more = _more;
        Action? released = OnReleased;
        void Free()
        {
            LiveResources.Remove(LiveResource.MapHandle, owner);
            GCHandle.FromIntPtr(owner).Free();
            mapping.Dispose();
            more?.Dispose();
            released?.Invoke();
        }

        // A run that found the region before may still be copying from it. The finalizer must not wait for runs: one may wait for it.
        if (_isFinalized)
            Epochs.RetireLater(Free);
        else
            Epochs.Retire(Free);
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _isFinalized = !disposing;
        base.Dispose(disposing);
    }
}
