// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>Sees that enough of a thread's stack is left where a run begins, and where a run calls the host: an overflow ends the process.</summary>
/// <remarks>
/// .NET tells whether 128 KiB are left (<see cref="RuntimeHelpers.TryEnsureSufficientExecutionStack"/>). The lowest address at which it said so
/// is kept, so that who comes again from the same depth or above pays a comparison.
/// </remarks>
internal static unsafe class StackGuard
{
    /// <summary>Checks the stack of the calling thread.</summary>
    /// <exception cref="BpfOperationException">Too little is left.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(ThreadBlock* block)
    {
        byte marker;
        if ((ulong)&marker < block->StackFloor)
            Ask(block, (ulong)&marker);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Ask(ThreadBlock* block, ulong address)
    {
        Ask();
        block->StackFloor = address;
    }

    /// <summary>As <see cref="Check"/>, for a thread that need not run BPF.</summary>
    internal static void Ask()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new BpfOperationException(RuntimeDiagnostics.StackTooSmall.At(
                default,
                "less than 128 KiB of the thread's stack are left",
                "load and run programs on threads with a larger stack, and end recursions through helpers and observers earlier"));
        }
    }
}
