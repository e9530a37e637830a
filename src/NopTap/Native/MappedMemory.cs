// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Isa;

namespace NopTap.Native;

/// <summary>A private mapping, reserved at once and backed page by page when touched; zero at first.</summary>
internal sealed unsafe class MappedMemory : SafeHandle
{
    readonly nuint _length;

    MappedMemory(nint address, nuint length)
        : base(Libc.MAP_FAILED, ownsHandle: true)
    {
        SetHandle(address);
        _length = length;
        LiveResources.Add(LiveResource.Mapping, address);
    }

    public override bool IsInvalid => handle == Libc.MAP_FAILED;

    internal byte* Address => (byte*)handle;

    internal ulong Length => _length;

    /// <summary>Maps zeroed memory, or gives null when the system refuses (out of address space).</summary>
    internal static MappedMemory? TryReserve(ulong length)
    {
        nint address = Libc.mmap(
            0, (nuint)length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
        return address == Libc.MAP_FAILED ? null : new MappedMemory(address, (nuint)length);
    }

    /// <summary>
    /// Maps <paramref name="head"/> bytes and behind them <paramref name="ring"/> bytes that appear twice in a row, so that a record which
    /// wraps is still contiguous. Both are multiples of the page size. Null when the system refuses.
    /// </summary>
    internal static MappedMemory? TryReserveRing(ulong head, ulong ring)
    {
        // SAFETY: the whole range is reserved first, so the two fixed mappings replace nothing but our own reservation; the descriptor
        // may be closed at once because mappings keep the memory alive.
        ulong length = head + (2 * ring);
        nint reservation = Libc.mmap(0, (nuint)length, Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
        if (reservation == Libc.MAP_FAILED)
            return null;
        var memory = new MappedMemory(reservation, (nuint)length);
        int fd;
        fixed (byte* name = "noptap-ring"u8)
            fd = Libc.memfd_create(name, Libc.MFD_CLOEXEC);
        bool mapped = fd >= 0
            && Libc.ftruncate(fd, (long)(head + ring)) == 0
            && MapAt(reservation, head + ring, fd, 0)
            && MapAt(reservation + (nint)(head + ring), ring, fd, (long)head);
        if (fd >= 0)
            _ = Libc.close(fd);
        if (mapped)
        {
            // Memory that a forked child shares would let it take and give back records of this process.
            _ = Libc.madvise(reservation, (nuint)length, Libc.MADV_DONTFORK);
            return memory;
        }

        memory.Dispose();
        return null;
    }

    static bool MapAt(nint address, ulong length, int fd, long offset) =>
        Libc.mmap(address, (nuint)length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_FIXED, fd, offset) == address;

    /// <summary>Leaves the memory mapped for the rest of the process's life, owned by nobody.</summary>
    internal byte* Abandon()
    {
        byte* address = Address;
        SetHandleAsInvalid();
        LiveResources.Remove(LiveResource.Mapping, (nint)address);
        return address;
    }

    protected override bool ReleaseHandle()
    {
        LiveResources.Remove(LiveResource.Mapping, handle);
        return Libc.munmap(handle, _length) == 0;
    }
}
