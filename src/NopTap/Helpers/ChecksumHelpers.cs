// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>Helpers that keep checksums in packets right, with the kernel's limits.</summary>
internal static unsafe class ChecksumHelpers
{
    const uint FieldSize = 0xf;
    const uint PseudoHeader = 0x10;
    const uint ZeroMeansNone = 0x20;
    const uint EvenIfNone = 0x40;
    const uint Ipv6 = 0x80;
    const uint LastOffset = 0xffff;

    /// <summary>Difference of the sums of two pieces of memory, for l3_csum_replace and l4_csum_replace.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong CsumDiff(ulong from, ulong fromSize, ulong to, ulong toSize, ulong seed, ThreadBlock* thread)
    {
        try
        {
            // SAFETY: the verifier proved that so many bytes may be read at each address.
            var old = new ReadOnlySpan<byte>((void*)from, (int)(uint)fromSize);
            var changed = new ReadOnlySpan<byte>((void*)to, (int)(uint)toSize);
            uint sum = (uint)seed;
            return (old.IsEmpty, changed.IsEmpty) switch
            {
                (true, true) => Checksum.Fold(sum),
                (true, false) => Checksum.Fold(Checksum.Of(changed, sum)),
                (false, true) => Checksum.Fold(~Checksum.Of(old, ~sum)),
                _ => Checksum.Fold(Checksum.Subtract(Checksum.Of(changed, sum), Checksum.Of(old, 0))),
            };
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Changes the checksum of an IP header as a field of it changed.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong L3CsumReplace(ulong context, ulong offset, ulong from, ulong to, ulong flags, ThreadBlock* thread)
    {
        try
        {
            if ((flags & ~(ulong)FieldSize) != 0)
                return Faults.Error(Errno.EINVAL);
            ushort* checksum = At((SkbContext*)context, (uint)offset);
            return checksum == null ? Faults.Error(Errno.EFAULT) : Replace(checksum, from, to, (uint)flags & FieldSize);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Changes the checksum of a TCP, UDP or ICMP header as something that it covers changed.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong L4CsumReplace(ulong context, ulong offset, ulong from, ulong to, ulong flags, ThreadBlock* thread)
    {
        try
        {
            if ((flags & ~(ulong)(FieldSize | PseudoHeader | ZeroMeansNone | EvenIfNone | Ipv6)) != 0)
                return Faults.Error(Errno.EINVAL);
            ushort* checksum = At((SkbContext*)context, (uint)offset);
            if (checksum == null)
                return Faults.Error(Errno.EFAULT);
            bool zeroMeansNone = (flags & ZeroMeansNone) != 0;
            if (zeroMeansNone && (flags & EvenIfNone) == 0 && *checksum == 0)
                return 0;
            ulong result = Replace(checksum, from, to, (uint)flags & FieldSize);
            // UDP says by 0 that there is no checksum, so one that comes out as 0 is written as its other zero.
            if (result == 0 && zeroMeansNone && *checksum == 0)
                *checksum = 0xffff;
            return result;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    static ushort* At(SkbContext* skb, uint offset) =>
        offset > LastOffset || (offset & 1) != 0 || offset + sizeof(ushort) > (ulong)(skb->DataEnd - skb->Data) ? null : (ushort*)(skb->Data + offset);

    static ulong Replace(ushort* checksum, ulong from, ulong to, uint size)
    {
        switch (size)
        {
            case 0 when from == 0:
                *checksum = Checksum.Change(*checksum, (uint)to);
                return 0;
            case sizeof(ushort):
                *checksum = Checksum.Replace(*checksum, (ushort)from, (ushort)to);
                return 0;
            case sizeof(uint):
                *checksum = Checksum.Replace(*checksum, (uint)from, (uint)to);
                return 0;
            default:
                return Faults.Error(Errno.EINVAL);
        }
    }
}
