// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Maps;

namespace NopTap.Helpers;

/// <summary>Helpers and kernel functions on dynptrs, with the kernel's limits and errors.</summary>
/// <remarks>
/// The verifier has seen that each dynptr argument is one, and that memory has the size it comes with. Packets are linear here, so a slice
/// is never copied into the buffer that the program offers.
/// </remarks>
internal static unsafe class DynptrHelpers
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong FromMem(ulong data, ulong size, ulong flags, ulong dynptr, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Make((Dynptr*)dynptr, flags, size, Dynptr.Of(DynptrKind.Local, (void*)data, (uint)size & Dynptr.MaximumLength));
        }
        catch (Exception e)
        {
            return Unmade((Dynptr*)dynptr, e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong FromXdp(ulong context, ulong flags, ulong dynptr, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var xdp = (XdpContext*)context;
            ulong length = (ulong)(xdp->DataEnd - xdp->Data);
            return Make((Dynptr*)dynptr, flags, length, Dynptr.Of(DynptrKind.Xdp, xdp, (uint)length & Dynptr.MaximumLength));
        }
        catch (Exception e)
        {
            return Unmade((Dynptr*)dynptr, e, thread);
        }
    }

    /// <summary>A dynptr that may write; see <see cref="FromReadOnlySkb"/>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong FromSkb(ulong context, ulong flags, ulong dynptr, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return FromSkb((SkbContext*)context, flags, (Dynptr*)dynptr, isReadOnly: false);
        }
        catch (Exception e)
        {
            return Unmade((Dynptr*)dynptr, e, thread);
        }
    }

    /// <summary>As <see cref="FromSkb(ulong, ulong, ulong, ulong, ulong, ThreadBlock*)"/> for program types that only read packets.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong FromReadOnlySkb(ulong context, ulong flags, ulong dynptr, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return FromSkb((SkbContext*)context, flags, (Dynptr*)dynptr, isReadOnly: true);
        }
        catch (Exception e)
        {
            return Unmade((Dynptr*)dynptr, e, thread);
        }
    }

    /// <summary>A reservation; where there is no room the dynptr is null, and is given back all the same.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingReserve(ulong map, ulong size, ulong flags, ulong dynptr, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var target = (Dynptr*)dynptr;
            *target = default;
            if (flags != 0)
                return Faults.Error(Errno.EINVAL);
            if ((uint)size > Dynptr.MaximumLength)
                return Faults.Error(Errno.E2BIG);
            byte* sample = RingProducer.Reserve((MapHeader*)map, (uint)size);
            if (sample == null)
                return Faults.Error(Errno.EINVAL);
            *target = Dynptr.Of(DynptrKind.Ring, sample, (uint)size);
            return 0;
        }
        catch (Exception e)
        {
            return Unmade((Dynptr*)dynptr, e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingSubmit(ulong dynptr, ulong flags, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Commit((Dynptr*)dynptr, flags, discard: false);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingDiscard(ulong dynptr, ulong flags, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Commit((Dynptr*)dynptr, flags, discard: true);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Read(ulong destination, ulong length, ulong dynptr, ulong offset, ulong flags, ThreadBlock* thread)
    {
        try
        {
            var source = (Dynptr*)dynptr;
            if (source->IsNull || flags != 0)
                return Faults.Error(Errno.EINVAL);
            if (!source->Covers((uint)offset, (uint)length))
                return Faults.Error(Errno.E2BIG);
            byte* bytes = source->At((uint)offset, (uint)length);
            if (bytes == null)
                return Faults.Error(Errno.EFAULT);
            Buffer.MemoryCopy(bytes, (void*)destination, (uint)length, (uint)length);
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Write(ulong dynptr, ulong offset, ulong source, ulong length, ulong flags, ThreadBlock* thread)
    {
        try
        {
            var target = (Dynptr*)dynptr;
            if (target->IsNull || target->IsReadOnly || (flags != 0 && target->Kind != DynptrKind.Skb))
                return Faults.Error(Errno.EINVAL);
            if (!target->Covers((uint)offset, (uint)length))
                return Faults.Error(Errno.E2BIG);
            byte* bytes = target->At((uint)offset, (uint)length);
            if (bytes == null)
                return Faults.Error(Errno.EFAULT);
            Buffer.MemoryCopy((void*)source, bytes, (uint)length, (uint)length);
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Memory behind a dynptr, or null; of packets there is none this way.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Data(ulong dynptr, ulong offset, ulong length, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var source = (Dynptr*)dynptr;
            return source->IsReadOnly || source->IsPacket ? 0 : (ulong)source->At((uint)offset, (uint)length);
        }
        catch (Exception e)
        {
            return Faults.RecordNull(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Slice(ulong dynptr, ulong offset, ulong buffer, ulong length, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return (ulong)((Dynptr*)dynptr)->At((uint)offset, (uint)length);
        }
        catch (Exception e)
        {
            return Faults.RecordNull(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong SliceRdwr(ulong dynptr, ulong offset, ulong buffer, ulong length, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var source = (Dynptr*)dynptr;
            return source->IsReadOnly ? 0 : (ulong)source->At((uint)offset, (uint)length);
        }
        catch (Exception e)
        {
            return Faults.RecordNull(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Adjust(ulong dynptr, ulong start, ulong end, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Faults.Error(((Dynptr*)dynptr)->Narrow((uint)start, (uint)end));
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong IsNull(ulong dynptr, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return ((Dynptr*)dynptr)->IsNull ? 1UL : 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong IsReadOnly(ulong dynptr, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return ((Dynptr*)dynptr)->IsReadOnly ? 1UL : 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Bytes behind it, or EINVAL as a 32-bit number when it is null.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Size(ulong dynptr, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var source = (Dynptr*)dynptr;
            return source->IsNull ? (uint)Faults.Error(Errno.EINVAL) : source->Length;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Clone(ulong dynptr, ulong clone, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            *(Dynptr*)clone = *(Dynptr*)dynptr;
            return ((Dynptr*)dynptr)->IsNull ? Faults.Error(Errno.EINVAL) : 0;
        }
        catch (Exception e)
        {
            return Unmade((Dynptr*)clone, e, thread);
        }
    }

    static ulong FromSkb(SkbContext* context, ulong flags, Dynptr* target, bool isReadOnly)
    {
        ulong length = (ulong)(context->DataEnd - context->Data);
        return Make(target, flags, length, Dynptr.Of(DynptrKind.Skb, context, (uint)length & Dynptr.MaximumLength, isReadOnly));
    }

    // A fault leaves a dynptr too (EarlyExit.HelperFaults): the verifier goes on with one, whatever this memory held before.
    static ulong Unmade(Dynptr* target, Exception exception, ThreadBlock* thread)
    {
        *target = default;
        return Faults.Record(exception, thread);
    }

    // Whatever goes wrong, the program gets a dynptr: one of nothing.
    static ulong Make(Dynptr* target, ulong flags, ulong length, in Dynptr made)
    {
        Errno error = length > Dynptr.MaximumLength ? Errno.E2BIG : flags != 0 ? Errno.EINVAL : Errno.None;
        *target = error == Errno.None ? made : default;
        return Faults.Error(error);
    }

    static ulong Commit(Dynptr* dynptr, ulong flags, bool discard)
    {
        if (!dynptr->IsNull)
            RingProducer.Commit(dynptr->Target, flags, discard);
        *dynptr = default;
        return 0;
    }
}
