// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Jit.Abi;
using NopTap.Maps;

namespace NopTap.Helpers;

/// <summary>bpf_spin_lock and bpf_spin_unlock. Verification has shown that the argument is a lock, and that one run holds at most one.</summary>
internal static unsafe class LockHelpers
{
    /// <summary>Address of <see cref="Wait"/>.</summary>
    internal static nint WaitAddress => (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)&Wait;

    /// <summary>Takes a lock and notes it, so that a run that is ended before its time does not keep it.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Lock(ulong word, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            ValueLock.Enter((int*)word);
            thread->HeldLock = word;
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Unlock(ulong word, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        thread->HeldLock = 0;
        ValueLock.Exit((int*)word);
        return 0;
    }

    /// <summary>Takes a lock for machine code that found it taken; see <see cref="NopTap.Jit.InternalHelpers.WaitForLock"/>.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Wait(ulong word, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            ValueLock.Enter((int*)word);
            return 0;
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    /// <summary>Gives back the lock of an interpreted run that a fault has ended.</summary>
    internal static void ReleaseHeld(ThreadBlock* thread)
    {
        if (thread->HeldLock == 0)
            return;
        ValueLock.Exit((int*)thread->HeldLock);
        thread->HeldLock = 0;
    }
}
