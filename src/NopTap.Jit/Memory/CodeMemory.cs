// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using NopTap.Isa;

namespace NopTap.Jit;

/// <summary>
/// The one region in which machine code lives, so that CALL rel32 reaches from any block to any other. Thread-safe.
/// </summary>
/// <remarks>
/// One memory file mapped twice: readable and executable where the code runs, readable and writable where it is written and patched.
/// No page is ever writable and executable at one address. Pages that were never used take no memory.
/// <code>
/// memory file   |block|block|  free  |block| ...
/// runs here     [r-x                          ]   Address
/// written here  [rw-                          ]   Address + distance
/// </code>
/// </remarks>
internal sealed unsafe partial class CodeMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Blocks start at multiples of this: a cache line, so that sites keep their place in aligned words.</summary>
    public const int Alignment = 64;

    /// <summary>Bytes reserved unless asked otherwise.</summary>
    public const long DefaultCapacity = 128L << 20;

    /// <summary>Most bytes that may be reserved: what rel32 reaches.</summary>
    public const long MaximumCapacity = int.MaxValue & -4096;

    internal const byte Int3 = 0xcc;

    readonly Lock _lock = new();
    readonly BlockAllocator _allocator;
    readonly nint _writable;
    readonly nint _syncPage;
    readonly int _barrier;
    long _bytesInUse;
    int _blockCount;

    /// <summary>Reserves a region.</summary>
    /// <param name="capacity">Bytes; rounded up to pages.</param>
    /// <exception cref="FeatureNotSupportedException">The system refuses memory files or executable mappings of them.</exception>
    public CodeMemory(long capacity = DefaultCapacity)
        : this(capacity, CodeMemoryFaults.None)
    {
    }

    internal CodeMemory(long capacity, CodeMemoryFaults faults)
        : base(ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Alignment);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaximumCapacity);
        Capacity = (capacity + Environment.SystemPageSize - 1) & -Environment.SystemPageSize;
        CodeMapping mapping = CodeMapping.Make((nuint)Capacity, faults);
        _writable = mapping.Writable;
        _syncPage = mapping.SyncPage;
        SetHandle(mapping.Executable);
        LiveResources.Add(LiveResource.CodeRegion, handle);
        _allocator = new BlockAllocator(Capacity);
        _barrier = RegisterBarrier(faults);
    }

    /// <summary>Bytes reserved.</summary>
    public long Capacity { get; }

    /// <summary>First address of the region.</summary>
    public ulong BaseAddress => (ulong)handle;

    /// <summary>Bytes of all live blocks, rounding included.</summary>
    public long BytesInUse
    {
        get
        {
            lock (_lock)
                return _bytesInUse;
        }
    }

    /// <summary>Live blocks.</summary>
    public int BlockCount
    {
        get
        {
            lock (_lock)
                return _blockCount;
        }
    }

    /// <summary>For tests of error paths: asked with the size of each allocation; true makes it fail as if the region were full.</summary>
    internal Func<int, bool>? AllocationFault { get; set; }

    /// <summary>Whether an address lies in the region.</summary>
    /// <param name="address">An address at which code might run.</param>
    public bool Contains(ulong address) => address - BaseAddress < (ulong)Capacity;

    /// <summary>Takes a block.</summary>
    /// <param name="size">Bytes.</param>
    /// <exception cref="BpfOperationException">The region has no room (ENOMEM).</exception>
    /// <exception cref="ObjectDisposedException">The region was unmapped.</exception>
    public CodeBlock Allocate(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ObjectDisposedException.ThrowIf(IsClosed, this);
        long reserved = ((long)size + Alignment - 1) & -Alignment;
        bool isRefused = AllocationFault?.Invoke(size) ?? false;
        lock (_lock)
        {
            if (isRefused || reserved > Capacity || !_allocator.TryTake(reserved, out long offset))
                throw Exhausted(size, _bytesInUse);
            _bytesInUse += reserved;
            _blockCount++;
            LiveResources.Add(LiveResource.CodeBlock, (long)BaseAddress + offset);
            return new CodeBlock(this, BaseAddress + (ulong)offset, size, (int)reserved);
        }
    }

    internal void Give(CodeBlock block)
    {
        lock (_lock)
        {
            // After the region itself there is nothing to give back to.
            if (!TryKeep(out Use kept))
                return;
            using Use use = kept;
            Writable(block.Address, block.Reserved).Fill(Int3);
            _allocator.Give((long)(block.Address - BaseAddress), block.Reserved);
            _bytesInUse -= block.Reserved;
            _blockCount--;
            LiveResources.Remove(LiveResource.CodeBlock, (long)block.Address);
        }
    }

    internal int FreeRanges
    {
        get
        {
            lock (_lock)
                return _allocator.FreeRanges;
        }
    }

    internal Span<byte> Writable(ulong address, int size)
    {
        // SAFETY: callers pass the range of a block that Allocate placed inside both mappings, which last until ReleaseHandle.
        Debug.Assert(Contains(address) && Contains(address + (ulong)size - 1));
        return new Span<byte>((byte*)_writable + (address - BaseAddress), size);
    }

    /// <summary>Keeps the mappings for as long as they are read or written, whoever disposes of them meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The region was unmapped.</exception>
    internal Use Keep() => TryKeep(out Use use) ? use : throw new ObjectDisposedException(nameof(CodeMemory), "the runtime of this code was disposed");

    bool TryKeep(out Use use)
    {
        bool isKept = false;
        try
        {
            DangerousAddRef(ref isKept);
        }
        catch (ObjectDisposedException)
        {
            // Said by the result.
        }

        use = isKept ? new Use(this) : default;
        return isKept;
    }

    BpfOperationException Exhausted(int size, long inUse) => new(JitDiagnostics.CodeMemoryExhausted.At(
        default,
        $"code of {size} bytes does not fit the code region, {inUse} of {Capacity} bytes of which are in use",
        "unload programs that are no longer needed, or reserve a larger region (BpfRuntimeOptions.CodeCapacity)"));

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        // Its blocks go with it.
        LiveResources.RemoveRange(LiveResource.CodeBlock, handle, handle + (nint)Capacity, _blockCount);
        LiveResources.Remove(LiveResource.CodeRegion, handle);
        return CodeMapping.Unmap(new CodeMapping(handle, _writable, _syncPage), (nuint)Capacity);
    }

    /// <summary>A hold of the mappings; see <see cref="Keep"/>.</summary>
    internal readonly ref struct Use
    {
        readonly CodeMemory _memory;

        internal Use(CodeMemory memory) => _memory = memory;

        public void Dispose() => _memory.DangerousRelease();
    }
}
