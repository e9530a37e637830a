// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>
/// The values of one print, taken before anything is written, as the kernel takes them: into a store of 512 bytes with numbers at multiples
/// of 4. What does not fit ends the print with ENOSPC; a string is cut to what is left.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="values">Room for the values.</param>
internal unsafe ref struct PrintValues(Span<byte> store, Span<PrintValue> values)
{
    /// <summary>Bytes of the store.</summary>
    internal const int StoreSize = 512;

    /// <summary>Most values of one print.</summary>
    internal const int MaximumCount = 12;

    readonly Span<byte> _store = store;
    readonly Span<PrintValue> _values = values;
    int _count;
    int _used;

    /// <summary>A value that was taken.</summary>
    internal readonly PrintValue this[int index] => _values[index];

    internal readonly ReadOnlySpan<byte> TextOf(in PrintValue value) => _store.Slice(value.Start, value.Length);

    /// <summary>Takes the values that a format prints.</summary>
    /// <param name="format">Format, without its NUL.</param>
    /// <param name="given">What the program gave.</param>
    /// <param name="thread">The run, whose memory strings and addresses of networks are read from.</param>
    /// <param name="stackPointer">An address in the helper's frame.</param>
    /// <returns>EINVAL where the format is malformed or prints more, ENOSPC where they need more room.</returns>
    internal Errno Take(ReadOnlySpan<byte> format, ReadOnlySpan<ulong> given, ThreadBlock* thread, ulong stackPointer)
    {
        for (int position = 0; position < format.Length;)
        {
            if (!PrintFormat.TryRead(format, ref position, out PrintPiece piece))
                return Errno.EINVAL;
            if (piece.Kind == PrintKind.Text)
                continue;
            if (_count == given.Length)
                return Errno.EINVAL;
            if (!TryTake(piece, given[_count], thread, stackPointer))
                return Errno.ENOSPC;
            _count++;
        }

        return Errno.None;
    }

    bool TryTake(in PrintPiece piece, ulong value, ThreadBlock* thread, ulong stackPointer)
    {
        switch (piece.Kind)
        {
            case PrintKind.String or PrintKind.KernelString:
                return TryTakeString(value, thread, stackPointer);
            // No memory here is another process's.
            case PrintKind.UserString:
                return TryTakeString(0, null, stackPointer);
            case PrintKind.Ip4 or PrintKind.PaddedIp4:
                return TryTakeAddress(piece.Kind, value, 4, thread, stackPointer);
            case PrintKind.Ip6 or PrintKind.BareIp6:
                return TryTakeAddress(piece.Kind, value, 16, thread, stackPointer);
            case PrintKind.Character:
                return TryReserve(1, 1, value);
            case PrintKind.HashedPointer or PrintKind.Pointer or PrintKind.Symbol:
                return TryReserve(sizeof(ulong), sizeof(uint), value);
            default:
                return TryReserve(piece.IsLong ? sizeof(ulong) : sizeof(uint), sizeof(uint), value);
        }
    }

    bool TryReserve(int size, int alignment, ulong value)
    {
        int start = (_used + alignment - 1) & -alignment;
        if (StoreSize - start < size)
            return false;
        _used = start + size;
        _values[_count] = new PrintValue(value, 0, 0);
        return true;
    }

    bool TryTakeString(ulong address, ThreadBlock* thread, ulong stackPointer)
    {
        int room = StoreSize - _used;
        if (room <= 0)
            return false;
        int length = thread == null ? 0 : Math.Max(0, ReadableRegions.StringLength(thread, address, room - 1, stackPointer));

        // SAFETY: each byte was found to be the run's to read, and stays so for the run.
        Keep(new ReadOnlySpan<byte>((void*)address, length), length);
        return true;
    }

    bool TryTakeAddress(PrintKind kind, ulong address, int size, ThreadBlock* thread, ulong stackPointer)
    {
        if (StoreSize - _used < size)
            return false;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();

        // SAFETY: as for strings. What the run may not read is an address of zeroes.
        if (thread != null && ReadableRegions.IsReadable(thread, address, (ulong)size, stackPointer))
            new ReadOnlySpan<byte>((void*)address, size).CopyTo(bytes);
        Span<byte> text = stackalloc byte[40];
        int length = NetworkText.Write(kind, bytes[..size], text);
        Keep(text[..Math.Min(length, StoreSize - _used - 1)], length);
        return true;
    }

    // The whole length counts, cut or not.
    void Keep(scoped ReadOnlySpan<byte> text, int length)
    {
        text.CopyTo(_store[_used..]);
        _values[_count] = new PrintValue(0, _used, text.Length);
        _used += length + 1;
    }
}
