// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>Helpers on time, chance, the run itself and memory.</summary>
internal static unsafe class MachineHelpers
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong KtimeGetNs(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Clock.Monotonic;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong KtimeGetBootNs(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            return Clock.Boot;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong GetPrandomU32(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        // xorshift64* (Vigna 2016); the state is the thread's own and never zero.
        ulong state = thread->Random;
        if (state == 0)
            state = (ulong)thread | 1;
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        thread->Random = state;
        return (state * 0x2545F4914F6CDD1D) >> 32;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong GetSmpProcessorId(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) => thread->Processor;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong GetAttachCookie(ulong context, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread) => thread->Cookie;

    /// <summary>Copies memory that the run may read; otherwise fills with zero and fails. Never faults.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong ProbeReadKernel(ulong destination, ulong size, ulong source, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            uint length = (uint)size;
            if (length == 0)
                return 0;
            if (ReadableRegions.IsReadable(thread, source, length, (ulong)&length))
            {
                Buffer.MemoryCopy((void*)source, (void*)destination, length, length);
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

    /// <summary>Compares at most <paramref name="size"/> bytes of a buffer with a string: -1, 0 or 1.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Strncmp(ulong buffer, ulong size, ulong text, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            byte* left = (byte*)buffer;
            byte* right = (byte*)text;
            for (uint i = 0; i < (uint)size; i++)
            {
                if (left[i] != right[i])
                    return left[i] < right[i] ? ulong.MaxValue : 1;
                if (left[i] == 0)
                    break;
            }

            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }
}
