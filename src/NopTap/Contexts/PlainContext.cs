// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Contexts;

/// <summary>A host's own context: one structure at a fixed address that a program gets a pointer to. For one run at a time.</summary>
/// <remarks>
/// The structure is exactly as large as the one that the program's entry takes a pointer to; <see cref="BpfProgram.Run{T}(PlainContext{T})"/>
/// refuses any other. The memory lives as long as this object, a run or a reference to <see cref="Value"/> needs it. Disposing is optional: it
/// ends the use, so that later runs are refused; a run that is going on ends as if nothing had happened.
/// </remarks>
/// <typeparam name="T">The structure, laid out as the program's C declares it.</typeparam>
public sealed unsafe class PlainContext<T> : IDisposable
    where T : unmanaged
{
    // The record of the run before it takes a cache line.
    const int HeadSize = 64;

    readonly PinnedMemory _memory = new(HeadSize + sizeof(T));
    BufferLease _lease = new(ThreadBlocks.CurrentOrNull);
    volatile bool _isDisposed;

    /// <summary>Makes a context of zeroes.</summary>
    public PlainContext() => Memory->Context = new MemoryWindow((ulong)Address, (ulong)Address + (ulong)sizeof(T));

    /// <summary>Makes a context with a value.</summary>
    /// <param name="value">The value.</param>
    public PlainContext(in T value)
        : this() => Value = value;

    /// <summary>The structure: set before the run, read what the program left after it.</summary>
    /// <remarks>The reference stays good for as long as it is held. What is written to it during a run, the program may see.</remarks>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public ref T Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return ref _memory.At<T>(HeadSize);
        }
    }

    /// <summary>Good while this object is referred to.</summary>
    internal nint Address => (nint)_memory.Address + HeadSize;

    internal RunMemory* Memory => (RunMemory*)_memory.Address;

    /// <summary>Takes it for a run.</summary>
    /// <exception cref="Isa.BpfOperationException">A run uses it.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal BufferLease.Hold Enter(ThreadBlock* block)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _lease.Enter(block);
    }

    /// <summary>Ends its use: later runs are refused.</summary>
    public void Dispose() => _isDisposed = true;
}
