// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace NopTap.Verifier.Exploration;

/// <summary>The instructions of all paths as a tree: each entry knows the one before it, so paths share their beginnings.</summary>
sealed class History
{
    Entry[] _entries = new Entry[256];
    int _count;
    readonly List<int[]> _linked = [];

    public int Append(int previous, int slot, int depth)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        _entries[_count] = new Entry { Previous = previous, Slot = slot, Depth = (byte)depth, StackSlot = -1, Linked = -1 };
        return _count++;
    }

    public int Count => _count;

    /// <summary>Memory that the entries take.</summary>
    public long Bytes => (long)_entries.Length * Unsafe.SizeOf<Entry>();

    public ref Entry this[int index] => ref _entries[index];

    /// <summary>Notes that a branch narrowed several places together.</summary>
    public void Link(int entry, int[] places)
    {
        _entries[entry].Linked = _linked.Count;
        _linked.Add(places);
    }

    public int[] Linked(int index) => _linked[index];

    /// <summary>One executed instruction.</summary>
    public struct Entry
    {
        public int Previous;
        public int Slot;
        public int Linked;

        /// <summary>Stack slot that was stored or loaded as a whole, or -1.</summary>
        public sbyte StackSlot;
        public byte StackFrame;

        /// <summary>Frame in which it ran.</summary>
        public byte Depth;

        /// <summary>Whether this exit left a callback.</summary>
        public bool LeavesCallback;

        /// <summary>Whether this call entered a callback.</summary>
        public bool EntersCallback;

        /// <summary>Whether this instruction, which is no exit, ended its function.</summary>
        public bool LeavesEarly;

        /// <summary>Whether the instruction has an entry for the path that went on, and this, made right after it, for another.</summary>
        public readonly bool IsSecond => EntersCallback || LeavesEarly;

        /// <summary>Whether the jump was taken.</summary>
        public bool Taken;
    }
}
