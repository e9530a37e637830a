// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>
/// One run of a program on this thread: inside, nothing that the run may reach is freed. Keeps what a nested run would change for the
/// outer one. No lock, no atomic, no allocation.
/// </summary>
internal readonly unsafe ref struct RunScope
{
    readonly ulong _tailCalls;
    readonly ulong _cookie;
    readonly void* _runFrame;
    readonly RunMemory* _memory;
    readonly ulong _heldLock;
    readonly ulong _roundLimit;
    readonly uint _cut;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    RunScope(ThreadBlock* block, ulong rounds)
    {
        Block = block;
        _tailCalls = block->TailCalls;
        _cookie = block->Cookie;
        _runFrame = block->RunFrame;
        _memory = block->Memory;
        _heldLock = block->HeldLock;
        block->HeldLock = 0;
        _roundLimit = block->RoundLimit;
        _cut = block->Cut;
        block->Cut = 0;
        ulong limit = RunRounds.LimitFrom(block, rounds);
        StopRequest.SetLimit(block, block->Depth == 1 ? limit : Math.Min(limit, _roundLimit));
    }

    /// <summary>This thread's block: the sixth argument of a program entry.</summary>
    internal ThreadBlock* Block { get; }

    /// <summary>Begins a run; end it with <see cref="Dispose"/>.</summary>
    /// <param name="rounds">Rounds that it may make; a nested run makes no more than are left to the outer one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RunScope Enter(ulong rounds = RunRounds.Unlimited)
    {
        ThreadBlock* block = ThreadBlocks.Current;
        Epochs.Enter(block);
        return new RunScope(block, rounds);
    }

    /// <summary>Ends the run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        Block->TailCalls = _tailCalls;
        Block->Cookie = _cookie;
        Block->RunFrame = _runFrame;
        Block->Memory = _memory;
        Block->HeldLock = _heldLock;
        // What cut this run short was the outer one's limit when that has no round left either: then its host got less than it ran for.
        uint cut = Block->Cut;
        StopRequest.SetLimit(Block, _roundLimit);
        Block->Cut = Block->Depth > 1 && cut != 0 && Block->Rounds >= Block->RoundLimit ? 1 : _cut;
        Epochs.Leave(Block);
    }
}
