// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>A piece of <see cref="CodeMemory"/>: one program, or one trampoline image.</summary>
/// <remarks>
/// It is not IDisposable on purpose: the owner frees it only once no thread can be inside, which is a decision and not the end of a scope.
/// </remarks>
internal sealed class CodeBlock
{
    readonly CodeMemory _memory;
    int _isFreed;

    internal CodeBlock(CodeMemory memory, ulong address, int size, int reserved) =>
        (_memory, Address, Size, Reserved) = (memory, address, size, reserved);

    /// <summary>Address at which the code runs; a multiple of <see cref="CodeMemory.Alignment"/>.</summary>
    public ulong Address { get; }

    /// <summary>Bytes asked for.</summary>
    public int Size { get; }

    /// <summary>Bytes that it takes in the region.</summary>
    internal int Reserved { get; }

    /// <summary>Whether it was given back.</summary>
    public bool IsFreed => Volatile.Read(ref _isFreed) != 0;

    /// <summary>Fills the block with code from its first byte on; what is left over becomes int3. To be done before any thread may be inside.</summary>
    /// <param name="bytes">At most <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">There are more bytes than room.</exception>
    /// <exception cref="ObjectDisposedException">The block was freed, or its memory unmapped.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Size)
            throw new ArgumentException($"{bytes.Length} bytes do not fit a block of {Size}", nameof(bytes));
        using CodeMemory.Use use = _memory.Keep();
        ObjectDisposedException.ThrowIf(IsFreed, this);
        Span<byte> target = _memory.Writable(Address, Reserved);
        bytes.CopyTo(target);
        target[bytes.Length..].Fill(CodeMemory.Int3);
    }

    /// <summary>Copies the code as it is now, patches included.</summary>
    /// <exception cref="ObjectDisposedException">The block was freed, or its memory unmapped.</exception>
    public byte[] Read()
    {
        using CodeMemory.Use use = _memory.Keep();
        ObjectDisposedException.ThrowIf(IsFreed, this);
        return _memory.Writable(Address, Size).ToArray();
    }

    /// <summary>Gives the block back; its bytes become int3. No thread may be inside or arrive later. Again does nothing; never throws.</summary>
    public void Free()
    {
        if (Interlocked.Exchange(ref _isFreed, 1) == 0)
            _memory.Give(this);
    }
}
