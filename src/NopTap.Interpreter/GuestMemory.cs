// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Isa;

namespace NopTap.Interpreter;

/// <summary>The memory of one run: the stacks of its frames and the regions that the caller adds (context, packet). Not for two threads at once.</summary>
/// <remarks>
/// Registers hold real addresses, so this is where a number becomes an access: the only file of the interpreter with unsafe code. Every
/// access of a program is looked up here first; no address that is in no region is ever touched.
/// <code>
/// frame 238      frame 237              frame 0
/// |gap |512     |gap |512     |   ...   |gap |512     |gap |      a run over either edge of a frame ends in a gap
///               ^ r10 of 238  ^ r10 of 237            ^ r10 of 0
/// </code>
/// </remarks>
internal sealed unsafe class GuestMemory : IDisposable
{
    /// <summary>Bytes of stack of a frame.</summary>
    public const int FrameSize = RunLimits.FrameBytes;

    /// <summary>Frames that a run may have, tail calls included. Pages of frames that no run came to cost nothing.</summary>
    public const int MaximumFrames = RunLimits.RunFrames;

    const int Gap = 512;
    const int FrameStride = FrameSize + Gap;
    const int StackSize = (MaximumFrames * FrameStride) + Gap;

    readonly List<GuestRegion> _regions = [];
    byte* _stack;
    int _frames;

    /// <summary>Makes the memory of a run with nothing but its stack.</summary>
    public GuestMemory()
    {
        _stack = (byte*)NativeMemory.AlignedAlloc(StackSize, 64);
        LiveResources.Add(LiveResource.GuestStack, (nint)_stack);
    }

    /// <summary>Adds memory that the program may touch; its owner keeps it alive while runs use it.</summary>
    /// <param name="region">The region.</param>
    public void Add(in GuestRegion region) => _regions.Add(region);

    /// <summary>Forgets all added regions.</summary>
    public void Clear() => _regions.Clear();

    /// <summary>Frees the stack.</summary>
    public void Dispose()
    {
        if (_stack == null)
            return;
        LiveResources.Remove(LiveResource.GuestStack, (nint)_stack);
        NativeMemory.AlignedFree(_stack);
        _stack = null;
    }

    /// <summary>Address of the lowest byte that a frame may have.</summary>
    public ulong StackStart => (ulong)_stack;

    /// <summary>Address behind the highest byte that a frame may have: all pointers to the stack of a run lie between the two.</summary>
    public ulong StackEnd => (ulong)_stack + StackSize;

    /// <summary>Frames in use.</summary>
    internal int Frames => _frames;

    /// <summary>Opens the next frame, its bytes zero.</summary>
    /// <returns>r10 of the frame.</returns>
    internal ulong PushFrame()
    {
        ObjectDisposedException.ThrowIf(_stack is null, this);
        _frames++;
        ClearNewestFrame();
        return FrameTop(_frames - 1);
    }

    /// <summary>Makes the bytes of the newest frame zero: another program begins in it, and sees nothing of the one before.</summary>
    internal void ClearNewestFrame() => new Span<byte>((void*)(FrameTop(_frames - 1) - FrameSize), FrameSize).Clear();

    /// <summary>Closes the newest frames, so that pointers into them are no longer good.</summary>
    /// <param name="frames">Frames that stay.</param>
    internal void PopFramesTo(int frames) => _frames = frames;

    /// <summary>Finds the region that covers an access.</summary>
    /// <param name="shared">Memory beyond the run's own.</param>
    /// <param name="address">First byte.</param>
    /// <param name="size">Bytes; not 0.</param>
    /// <param name="region">The region.</param>
    internal bool TryFind(IGuestRegions? shared, ulong address, ulong size, out GuestRegion region)
    {
        ulong offset = address - (ulong)_stack;
        if (offset < StackSize)
        {
            int frame = MaximumFrames - 1 - (int)(offset / FrameStride);
            region = frame >= 0 && frame < _frames ? FrameRegion(frame) : default;
            return region.Covers(address, size);
        }

        foreach (GuestRegion own in _regions)
        {
            if (own.Covers(address, size))
                return Found(own, out region);
        }

        region = default;
        return shared is not null && shared.TryFind(address, out region) && region.Covers(address, size);
    }

    /// <summary>The region nearest to an address, for a diagnostic.</summary>
    /// <param name="shared">Memory beyond the run's own.</param>
    /// <param name="address">The address.</param>
    internal GuestRegion? Nearest(IGuestRegions? shared, ulong address)
    {
        GuestRegion? best = shared?.Nearest(address);
        for (int frame = 0; frame < _frames; frame++)
            best = Nearer(best, FrameRegion(frame), address);
        foreach (GuestRegion region in _regions)
            best = Nearer(best, region, address);
        return best;
    }

    /// <summary>Loads 1, 2, 4 or 8 bytes, zero-extended.</summary>
    /// <param name="address">An address that <see cref="TryFind"/> found readable.</param>
    /// <param name="size">Bytes.</param>
    internal static ulong Load(ulong address, int size)
    {
        // SAFETY: the caller looked the access up; the region's owner keeps its memory alive during the run.
        void* p = (void*)address;
        return size switch
        {
            1 => *(byte*)p,
            2 => Unsafe.ReadUnaligned<ushort>(p),
            4 => Unsafe.ReadUnaligned<uint>(p),
            _ => Unsafe.ReadUnaligned<ulong>(p),
        };
    }

    /// <summary>Stores the low 1, 2, 4 or 8 bytes of a value.</summary>
    /// <param name="address">An address that <see cref="TryFind"/> found writable.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="value">The value.</param>
    internal static void Store(ulong address, int size, ulong value)
    {
        // SAFETY: as in Load.
        void* p = (void*)address;
        switch (size)
        {
            case 1: *(byte*)p = (byte)value; break;
            case 2: Unsafe.WriteUnaligned(p, (ushort)value); break;
            case 4: Unsafe.WriteUnaligned(p, (uint)value); break;
            default: Unsafe.WriteUnaligned(p, value); break;
        }
    }

    /// <summary>Loads with acquire order.</summary>
    /// <param name="address">An aligned address that <see cref="TryFind"/> found readable.</param>
    /// <param name="size">Bytes.</param>
    internal static ulong LoadAcquire(ulong address, int size)
    {
        // SAFETY: as in Load.
        void* p = (void*)address;
        return size switch
        {
            1 => Volatile.Read(ref *(byte*)p),
            2 => Volatile.Read(ref *(ushort*)p),
            4 => Volatile.Read(ref *(uint*)p),
            _ => Volatile.Read(ref *(ulong*)p),
        };
    }

    /// <summary>Stores with release order.</summary>
    /// <param name="address">An aligned address that <see cref="TryFind"/> found writable.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="value">The value.</param>
    internal static void StoreRelease(ulong address, int size, ulong value)
    {
        // SAFETY: as in Load.
        void* p = (void*)address;
        switch (size)
        {
            case 1: Volatile.Write(ref *(byte*)p, (byte)value); break;
            case 2: Volatile.Write(ref *(ushort*)p, (ushort)value); break;
            case 4: Volatile.Write(ref *(uint*)p, (uint)value); break;
            default: Volatile.Write(ref *(ulong*)p, value); break;
        }
    }

    /// <summary>Reads, changes and writes 4 bytes as one operation.</summary>
    /// <param name="address">An aligned address that <see cref="TryFind"/> found readable and writable.</param>
    /// <param name="operation">An <see cref="AtomicOperation"/> that updates; its fetch flag does not matter.</param>
    /// <param name="value">Operand.</param>
    /// <param name="expected">For compare-and-exchange the value looked for.</param>
    /// <param name="old">The value before.</param>
    /// <returns>Whether the operation exists.</returns>
    internal static bool TryUpdate32(ulong address, int operation, uint value, uint expected, out uint old)
    {
        // SAFETY: as in Load.
        ref uint target = ref *(uint*)address;
        switch (operation | AtomicOperation.Fetch)
        {
            case AtomicOperation.Add | AtomicOperation.Fetch: old = Interlocked.Add(ref target, value) - value; return true;
            case AtomicOperation.Or | AtomicOperation.Fetch: old = Interlocked.Or(ref target, value); return true;
            case AtomicOperation.And | AtomicOperation.Fetch: old = Interlocked.And(ref target, value); return true;
            case AtomicOperation.Exchange: old = Interlocked.Exchange(ref target, value); return true;
            case AtomicOperation.CompareExchange: old = Interlocked.CompareExchange(ref target, value, expected); return true;
            case AtomicOperation.Xor | AtomicOperation.Fetch:
                do
                    old = Volatile.Read(ref target);
                while (Interlocked.CompareExchange(ref target, old ^ value, old) != old);
                return true;
            default: old = 0; return false;
        }
    }

    /// <summary>Reads, changes and writes 8 bytes as one operation; parameters as in <see cref="TryUpdate32"/>.</summary>
    internal static bool TryUpdate64(ulong address, int operation, ulong value, ulong expected, out ulong old)
    {
        // SAFETY: as in Load.
        ref ulong target = ref *(ulong*)address;
        switch (operation | AtomicOperation.Fetch)
        {
            case AtomicOperation.Add | AtomicOperation.Fetch: old = Interlocked.Add(ref target, value) - value; return true;
            case AtomicOperation.Or | AtomicOperation.Fetch: old = Interlocked.Or(ref target, value); return true;
            case AtomicOperation.And | AtomicOperation.Fetch: old = Interlocked.And(ref target, value); return true;
            case AtomicOperation.Exchange: old = Interlocked.Exchange(ref target, value); return true;
            case AtomicOperation.CompareExchange: old = Interlocked.CompareExchange(ref target, value, expected); return true;
            case AtomicOperation.Xor | AtomicOperation.Fetch:
                do
                    old = Volatile.Read(ref target);
                while (Interlocked.CompareExchange(ref target, old ^ value, old) != old);
                return true;
            default: old = 0; return false;
        }
    }

    /// <summary>Calls a helper.</summary>
    /// <param name="helper">Its address; the convention of <see cref="InterpreterImports.Helpers"/>.</param>
    /// <param name="r">Registers r0 to r10; r1 to r5 are the arguments.</param>
    /// <param name="threadBlock">Sixth argument.</param>
    internal static ulong CallHelper(nint helper, ReadOnlySpan<ulong> r, nint threadBlock)
    {
        // SAFETY: the imports vouch for the address; the arguments were checked by the helper's signature.
        return ((delegate* unmanaged<ulong, ulong, ulong, ulong, ulong, nint, ulong>)helper)(r[1], r[2], r[3], r[4], r[5], threadBlock);
    }

    static bool Found(in GuestRegion found, out GuestRegion region)
    {
        region = found;
        return true;
    }

    static GuestRegion Nearer(GuestRegion? best, in GuestRegion other, ulong address) =>
        best is { } known && known.DistanceTo(address) <= other.DistanceTo(address) ? known : other;

    ulong FrameTop(int frame) => (ulong)_stack + (ulong)((MaximumFrames - frame) * FrameStride);

    GuestRegion FrameRegion(int frame) =>
        new(FrameTop(frame) - FrameSize, FrameSize, IsReadable: true, IsWritable: true, s_frameNames[frame]);

    static readonly string[] s_frameNames = [.. Enumerable.Range(0, MaximumFrames).Select(n => $"stack of frame {n}")];
}
