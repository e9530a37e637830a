// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Ids of helpers that no program names but some instructions need, in <see cref="CompilationRequest.Helpers"/>. Negative: never a kernel's.</summary>
/// <remarks>
/// The legacy packet loads (RFC 9669, section 5.5) call <c>long (void *context, long offset, ..., ThreadBlock *)</c>: the bytes as a
/// big-endian number, or a negative number when they are not in the packet; the function then returns 0 at once.
/// </remarks>
internal static class InternalHelpers
{
    /// <summary>Loads a byte of the packet.</summary>
    public const int LoadPacketByte = -1;

    /// <summary>Loads 2 bytes of the packet.</summary>
    public const int LoadPacketHalf = -2;

    /// <summary>Loads 4 bytes of the packet.</summary>
    public const int LoadPacketWord = -3;

    /// <summary>
    /// The C library's <c>clock_gettime</c>. Programs then read the clock for bpf_ktime_get_ns by it; without it they call that helper.
    /// </summary>
    public const int ClockGetTime = -4;

    /// <summary>
    /// Called with a ring buffer after a record was committed on which a consumer may wait. Programs then reserve, submit and discard
    /// by themselves; without it they call those helpers.
    /// </summary>
    public const int WakeConsumer = -5;

    /// <summary>
    /// Called with the address of a spin lock that another thread holds; returns when it is taken. Programs then take free locks and give
    /// them back by themselves; without it they call bpf_spin_lock and bpf_spin_unlock.
    /// </summary>
    public const int WaitForLock = -6;
}
