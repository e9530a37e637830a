// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Maps;
using NopTap.Threads;

namespace NopTap.Helpers;

/// <summary>Helpers on maps and ring buffers.</summary>
internal static unsafe class MapHelpers
{
    /// <summary>Address of <see cref="RingWake"/>.</summary>
    internal static nint RingWakeAddress => (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&RingWake;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Lookup(ulong map, ulong key, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return (ulong)MapOperations.Lookup((MapHeader*)map, (byte*)key, thread->Processor);
        }
        catch (Exception e)
        {
            return Faults.RecordNull(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Update(ulong map, ulong key, ulong value, ulong flags, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Faults.Error(MapOperations.Update((MapHeader*)map, (byte*)key, (byte*)value, flags, thread->Processor));
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Delete(ulong map, ulong key, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Faults.Error(MapOperations.Delete((MapHeader*)map, (byte*)key));
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Calls back for each element until the callback returns other than 0; returns the calls made.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong ForEach(ulong map, ulong callback, ulong context, ulong flags, ulong r5, ThreadBlock* thread)
    {
        try
        {
            var header = (MapHeader*)map;
            if (flags != 0 || !MapWalk.Supports((MapType)header->Type))
                return Faults.Error(Errno.EINVAL);
            // SAFETY: the verifier has seen that r2 is one of the program's own functions; its thunk keeps the calling convention.
            var call = (delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)callback;
            var walk = new MapWalk(header, thread);
            ulong calls = 0;
            uint index;
            bool isArray = header->Buckets == null;
            bool goesOn = true;
            while (goesOn && walk.MoveNext() && RunRounds.Take(thread, 1) != 0)
            {
                index = walk.ArrayIndex;
                ulong key = isArray ? (ulong)&index : (ulong)walk.Key;
                calls++;
                goesOn = call(map, key, (ulong)walk.Value, context, 0, thread) == 0;
            }

            return calls;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingReserve(ulong map, ulong size, ulong flags, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return flags != 0 ? 0 : (ulong)RingProducer.Reserve((MapHeader*)map, size);
        }
        catch (Exception e)
        {
            return Faults.RecordNull(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingSubmit(ulong sample, ulong flags, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            RingProducer.Commit((byte*)sample, flags, discard: false);
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingDiscard(ulong sample, ulong flags, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            RingProducer.Commit((byte*)sample, flags, discard: true);
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Ends a wait for records of a ring; see <see cref="NopTap.Jit.InternalHelpers.WakeConsumer"/>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingWake(ulong map, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            RingProducer.Wake((MapHeader*)map);
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingOutput(ulong map, ulong data, ulong size, ulong flags, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Faults.Error(RingProducer.Output((MapHeader*)map, (byte*)data, size, flags));
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong RingQuery(ulong map, ulong what, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return RingProducer.Query((MapHeader*)map, (RingStatistic)what);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }
}
