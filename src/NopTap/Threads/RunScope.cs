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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    RunScope(ThreadBlock* block)
    {
        Block = block;
        _tailCalls = block->TailCalls;
        _cookie = block->Cookie;
        _runFrame = block->RunFrame;
        _memory = block->Memory;
        _heldLock = block->HeldLock;
        block->HeldLock = 0;
    }

    /// <summary>This thread's block: the sixth argument of a program entry.</summary>
    internal ThreadBlock* Block { get; }

    /// <summary>Begins a run; end it with <see cref="Dispose"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static RunScope Enter()
    {
        ThreadBlock* block = ThreadBlocks.Current;
        Epochs.Enter(block);
        return new RunScope(block);
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
        Epochs.Leave(Block);
    }
}
