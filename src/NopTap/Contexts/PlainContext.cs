// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Jit.Abi;

namespace NopTap.Contexts;

/// <summary>A host's own context: one structure in native memory that a program gets a pointer to. For one thread at a time.</summary>
/// <remarks>Verify its programs with <see cref="PlainLayout.Of{T}"/>.</remarks>
/// <typeparam name="T">The structure, laid out as the program's C declares it.</typeparam>
public sealed unsafe class PlainContext<T> : SafeHandle
    where T : unmanaged
{
    // The record of the run before it takes a cache line.
    const int HeadSize = 64;

    /// <summary>Makes a context of zeroes.</summary>
    public PlainContext()
        : base(0, ownsHandle: true)
    {
        nuint size = (nuint)(HeadSize + sizeof(T));
        byte* block = (byte*)NativeMemory.AlignedAlloc(size, 64);
        NativeMemory.Clear(block, size);
        SetHandle((nint)block);
        Memory->Context = new MemoryWindow((ulong)Address, (ulong)Address + (ulong)sizeof(T));
    }

    /// <summary>Makes a context with a value.</summary>
    /// <param name="value">The value.</param>
    public PlainContext(in T value)
        : this() => Value = value;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The structure: set before the run, read what the program left after it.</summary>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public ref T Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return ref *(T*)Address;
        }
    }

    internal nint Address => handle + HeadSize;

    internal RunMemory* Memory => (RunMemory*)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
