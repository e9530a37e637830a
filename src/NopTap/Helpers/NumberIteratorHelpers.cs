// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Helpers;

/// <summary>The iterator over numbers, <c>struct bpf_iter_num</c>. It lies in the program's frame: <c>|current : 32|end : 32|</c>.</summary>
/// <remarks>Nothing here throws. Compiled programs have these as machine code; this is for the interpreter.</remarks>
internal static unsafe class NumberIteratorHelpers
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong New(ulong iterator, ulong start, ulong end, ulong r4, ulong r5, ThreadBlock* thread)
    {
        int* state = (int*)iterator;
        state[0] = state[1] = 0;
        if ((int)start > (int)end)
            return Faults.Error(Errno.EINVAL);
        if ((ulong)((long)(int)end - (int)start) > RunLimits.Loops)
            return Faults.Error(Errno.E2BIG);
        state[0] = unchecked((int)start - 1);
        state[1] = (int)end;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Next(ulong iterator, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        int* state = (int*)iterator;
        // Wraps where the first number is the least: then the sum is that number again.
        int next = unchecked(state[0] + 1);
        if (next >= state[1] || !RunRounds.HasLeft(thread))
        {
            state[0] = state[1] = 0;
            return 0;
        }

        state[0] = next;
        return iterator;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static ulong Destroy(ulong iterator, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        *(ulong*)iterator = 0;
        return 0;
    }
}
