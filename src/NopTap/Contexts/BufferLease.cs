// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Contexts;

/// <summary>Lets one run at a time use a buffer or context. A second one, on another thread or nested in the first, is refused.</summary>
/// <remarks>
/// A buffer belongs to the thread that used it last, and that thread takes and returns it by plain stores: no atomic, no fence. A thread that
/// wants it from another pays. Why that is right: the owner marks its hold as used and then looks whether the buffer is still held that way;
/// the other publishes a hold of its own, makes every core execute a full barrier (<see cref="Interlocked.MemoryBarrierProcessWide"/>) and then
/// looks whether the old hold is used. If the owner's mark came before that barrier, the other one sees it and gives up; if it came after it,
/// the owner sees that it is no longer the owner. A buffer that changes hands often is held in common from then on and taken by an atomic.
/// </remarks>
internal unsafe struct BufferLease
{
    // A barrier in every core costs as much as hundreds of atomics.
    const int MovesUntilCommon = 4;

    static readonly Lock s_moving = new();

    Hold _hold;
    int _moves;

    /// <summary>A lease that nobody uses, owned by the thread of a block, which may be null.</summary>
    internal BufferLease(ThreadBlock* owner) => _hold = new Hold(owner, isCommon: false);

    /// <summary>Takes the buffer for a run; end it with <see cref="Hold.Leave"/>.</summary>
    /// <param name="block">The calling thread's.</param>
    /// <exception cref="BpfOperationException">A run uses it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Hold Enter(ThreadBlock* block)
    {
        Hold hold = _hold;
        if (hold.Owner == block && hold.TryMark())
        {
            if (Volatile.Read(ref _hold) == hold)
                return hold;
            hold.Leave();
        }

        return EnterSlowly(block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Hold EnterSlowly(ThreadBlock* block)
    {
        Hold common = Volatile.Read(ref _hold);
        if (common.IsCommon)
            return common.TryTake() ? common : throw InUse();
        lock (s_moving)
        {
            Hold hold = _hold;
            if (hold.IsCommon ? hold.TryTake() : hold.Owner == block && hold.TryMark())
                return hold;
            if (hold.IsCommon || hold.Owner == block)
                throw InUse();
            return Move(hold, block);
        }
    }

    Hold Move(Hold from, ThreadBlock* block)
    {
        bool isCommon = _moves + 1 >= MovesUntilCommon;
        var to = new Hold(isCommon ? null : block, isCommon);
        to.TryMark();
        Volatile.Write(ref _hold, to);
        Interlocked.MemoryBarrierProcessWide();
        if (from.IsUsed)
        {
            Volatile.Write(ref _hold, from);
            throw InUse();
        }

        _moves++;
        return to;
    }

    static BpfOperationException InUse() => new(RuntimeDiagnostics.BufferInUse.At(
        default, "a run uses this buffer or context now", "give each thread, and each run inside a run, one of its own"));

    /// <summary>How a buffer is held: by one thread, or in common.</summary>
    internal sealed class Hold(ThreadBlock* owner, bool isCommon)
    {
        int _isUsed;

        internal ThreadBlock* Owner => owner;

        internal bool IsCommon => isCommon;

        internal bool IsUsed => Volatile.Read(ref _isUsed) != 0;

        /// <summary>Ends what <see cref="Enter"/> began.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Leave() => Volatile.Write(ref _isUsed, 0);

        /// <summary>Marks it as used, by its owner alone.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal bool TryMark()
        {
            if (_isUsed != 0)
                return false;
            Volatile.Write(ref _isUsed, 1);
            return true;
        }

        /// <summary>Marks it as used, by anyone.</summary>
        internal bool TryTake() => Interlocked.CompareExchange(ref _isUsed, 1, 0) == 0;
    }
}
