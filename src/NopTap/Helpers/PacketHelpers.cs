// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>Helpers on packets, with the kernel's limits.</summary>
internal static unsafe class PacketHelpers
{
    const int EthernetHeader = 14;
    const int MaximumMetadata = 255;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong XdpGetBuffLen(ulong context, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var xdp = (XdpContext*)context;
            return (ulong)(xdp->DataEnd - xdp->Data);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Moves the start of the packet; metadata moves along.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong XdpAdjustHead(ulong context, ulong delta, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var xdp = (XdpContext*)context;
            long metadata = xdp->Data - xdp->DataMeta;
            byte* data = xdp->Data + (int)delta;
            if (data < xdp->HardStart + XdpContext.KeptHeadroom + metadata || data > xdp->DataEnd - EthernetHeader)
                return Faults.Error(Errno.EINVAL);
            See(xdp, data - metadata, xdp->DataEnd, thread);
            Buffer.MemoryCopy(xdp->DataMeta, data - metadata, metadata, metadata);
            xdp->DataMeta = data - metadata;
            xdp->Data = data;
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Moves the end of the packet; bytes that it gains are zero.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong XdpAdjustTail(ulong context, ulong delta, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var xdp = (XdpContext*)context;
            byte* end = xdp->DataEnd + (int)delta;
            if (end > xdp->HardEnd || end < xdp->Data + EthernetHeader)
                return Faults.Error(Errno.EINVAL);
            if (end > xdp->DataEnd)
                NativeMemory.Clear(xdp->DataEnd, (nuint)(end - xdp->DataEnd));
            See(xdp, xdp->DataMeta, end, thread);
            xdp->DataEnd = end;
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Moves the start of the metadata before the packet.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong XdpAdjustMeta(ulong context, ulong delta, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var xdp = (XdpContext*)context;
            byte* meta = xdp->DataMeta + (int)delta;
            if (meta < xdp->HardStart + XdpContext.KeptHeadroom || meta > xdp->Data)
                return Faults.Error(Errno.EINVAL);
            long length = xdp->Data - meta;
            if (length % sizeof(uint) != 0 || length > MaximumMetadata)
                return Faults.Error(Errno.EACCES);
            See(xdp, meta, xdp->DataEnd, thread);
            xdp->DataMeta = meta;
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    // Bytes that come into view for the first time are zero: they may be what an earlier packet left in the buffer. The tail clears its own.
    static void See(XdpContext* xdp, byte* first, byte* end, ThreadBlock* thread)
    {
        if (first < xdp->Seen)
        {
            NativeMemory.Clear(first, (nuint)(xdp->Seen - first));
            xdp->Seen = first;
        }

        if (end > xdp->SeenEnd)
            xdp->SeenEnd = end;
        if (thread->Memory != null)
            thread->Memory->Packet = new MemoryWindow((ulong)xdp->Seen, (ulong)xdp->SeenEnd);
    }

    /// <summary>Copies bytes of the packet; otherwise fills with zero and fails.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong SkbLoadBytes(ulong context, ulong offset, ulong destination, ulong size, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var skb = (SkbContext*)context;
            uint length = (uint)size;
            if ((uint)offset <= int.MaxValue && (long)(uint)offset + length <= skb->DataEnd - skb->Data)
            {
                Buffer.MemoryCopy(skb->Data + (uint)offset, (void*)destination, length, length);
                return 0;
            }

            NativeMemory.Clear((void*)destination, length);
            return Faults.Error(Errno.EFAULT);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Writes bytes of the packet.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong SkbStoreBytes(ulong context, ulong offset, ulong source, ulong size, ulong flags, ThreadBlock* thread)
    {
        try
        {
            const ulong RecomputeChecksum = 1;
            const ulong InvalidateHash = 2;
            if ((flags & ~(RecomputeChecksum | InvalidateHash)) != 0)
                return Faults.Error(Errno.EINVAL);
            var skb = (SkbContext*)context;
            uint length = (uint)size;
            if ((uint)offset > int.MaxValue || (long)(uint)offset + length > skb->DataEnd - skb->Data)
                return Faults.Error(Errno.EFAULT);
            Buffer.MemoryCopy((void*)source, skb->Data + (uint)offset, length, length);
            if ((flags & InvalidateHash) != 0)
                skb->Hash = 0;
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Makes the first bytes of a packet directly accessible, which all are here.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong SkbPullData(ulong context, ulong length, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var skb = (SkbContext*)context;
            return (uint)length <= (ulong)(skb->DataEnd - skb->Data) ? 0 : Faults.Error(Errno.ENOMEM);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Copies bytes out of an XDP packet.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong XdpLoadBytes(ulong context, ulong offset, ulong destination, ulong size, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return XdpPlace((XdpContext*)context, (uint)offset, (uint)size, out byte* place) is var error and not 0
                ? error
                : Copy(place, (byte*)destination, (uint)size);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Copies bytes into an XDP packet.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong XdpStoreBytes(ulong context, ulong offset, ulong source, ulong size, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return XdpPlace((XdpContext*)context, (uint)offset, (uint)size, out byte* place) is var error and not 0
                ? error
                : Copy((byte*)source, place, (uint)size);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    static ulong XdpPlace(XdpContext* xdp, uint offset, uint size, out byte* place)
    {
        const uint Most = 0xffff;
        place = xdp->Data + offset;
        if (offset > Most || size > Most)
            return Faults.Error(Errno.EFAULT);
        return offset + size > (ulong)(xdp->DataEnd - xdp->Data) ? Faults.Error(Errno.EINVAL) : 0;
    }

    static ulong Copy(byte* from, byte* to, uint size)
    {
        Buffer.MemoryCopy(from, to, size, size);
        return 0;
    }

    /// <summary>Addresses of the legacy packet loads, which instructions and not calls ask for.</summary>
    internal static IEnumerable<KeyValuePair<int, nint>> LegacyLoads { get; } =
    [
        new(InternalHelpers.LoadPacketByte, (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&LoadByte),
        new(InternalHelpers.LoadPacketHalf, (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&LoadHalf),
        new(InternalHelpers.LoadPacketWord, (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&LoadWord),
    ];

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong LoadByte(ulong context, ulong offset, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) => Load(context, offset, 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong LoadHalf(ulong context, ulong offset, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) => Load(context, offset, 2);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong LoadWord(ulong context, ulong offset, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) => Load(context, offset, 4);

    // Throws nothing: all that it does is arithmetic and one checked read.
    static ulong Load(ulong context, ulong offset, int size) =>
        PacketLoads.TryLoad((SkbContext*)context, (int)offset, size, out uint value) ? value : Faults.Error(Errno.EFAULT);
}
