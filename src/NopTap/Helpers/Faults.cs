// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>The border between managed helpers and machine code: what is thrown stays on this side and is kept for the runtime.</summary>
internal static unsafe class Faults
{
    [ThreadStatic]
    static Exception? t_first;

    /// <summary>Keeps an exception for the end of the run; the program sees -EFAULT.</summary>
    internal static ulong Record(Exception exception, ThreadBlock* thread)
    {
        t_first ??= exception;
        if (thread != null)
            thread->Fault = 1;
        return Error(Errno.EFAULT);
    }

    /// <summary>As <see cref="Record"/> for a helper that returns a pointer; the program sees null.</summary>
    internal static ulong RecordNull(Exception exception, ThreadBlock* thread)
    {
        Record(exception, thread);
        return 0;
    }

    /// <summary>Takes the first exception of this thread's run, or null. Call when <see cref="ThreadBlock.Fault"/> is not zero.</summary>
    internal static Exception? Take(ThreadBlock* thread)
    {
        thread->Fault = 0;
        Exception? first = t_first;
        t_first = null;
        return first;
    }

    /// <summary>Sets aside what an outer run has recorded, for the time of a nested one; null when it recorded nothing.</summary>
    internal static Exception? Suspend(ThreadBlock* thread) => thread->Fault == 0 ? null : Take(thread);

    /// <summary>Forgets what the nested run left and puts back what <see cref="Suspend"/> gave.</summary>
    internal static void Resume(ThreadBlock* thread, Exception? outer)
    {
        Take(thread);
        if (outer is not null)
            Record(outer, thread);
    }

    /// <summary>What a program sees of an error.</summary>
    internal static ulong Error(Errno error) => (ulong)-(long)error;
}
