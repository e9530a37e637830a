// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>First-fit allocator of aligned ranges in <c>[0, capacity)</c>. Not thread-safe; the same calls give the same offsets.</summary>
/// <remarks>Free ranges are disjoint, sorted by offset and never touch: neighbours are merged as they are freed.</remarks>
sealed class BlockAllocator
{
    readonly List<(long Offset, long Size)> _free;

    internal BlockAllocator(long capacity) => _free = [(0, capacity)];

    /// <summary>Number of free ranges; 1 when all that is free is in one piece.</summary>
    internal int FreeRanges => _free.Count;

    /// <summary>Takes the lowest range that fits.</summary>
    /// <param name="size">Bytes; a multiple of the alignment that the caller keeps.</param>
    /// <param name="offset">Start of the range.</param>
    /// <returns>False when no free range is large enough.</returns>
    internal bool TryTake(long size, out long offset)
    {
        for (int i = 0; i < _free.Count; i++)
        {
            (long start, long length) = _free[i];
            if (length < size)
                continue;
            if (length == size)
                _free.RemoveAt(i);
            else
                _free[i] = (start + size, length - size);
            offset = start;
            return true;
        }

        offset = -1;
        return false;
    }

    /// <summary>Gives a range back.</summary>
    /// <param name="offset">As <see cref="TryTake"/> gave it.</param>
    /// <param name="size">As it was taken.</param>
    internal void Give(long offset, long size)
    {
        int next = FirstAtOrBehind(offset);
        bool joinsNext = next < _free.Count && _free[next].Offset == offset + size;
        bool joinsPrevious = next > 0 && _free[next - 1].Offset + _free[next - 1].Size == offset;
        if (joinsPrevious && joinsNext)
        {
            _free[next - 1] = (_free[next - 1].Offset, _free[next - 1].Size + size + _free[next].Size);
            _free.RemoveAt(next);
        }
        else if (joinsPrevious)
        {
            _free[next - 1] = (_free[next - 1].Offset, _free[next - 1].Size + size);
        }
        else if (joinsNext)
        {
            _free[next] = (offset, size + _free[next].Size);
        }
        else
        {
            _free.Insert(next, (offset, size));
        }
    }

    int FirstAtOrBehind(long offset)
    {
        int low = 0;
        int high = _free.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_free[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
