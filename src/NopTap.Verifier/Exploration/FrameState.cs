// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// One frame: r0 to r10, and its stack in eight-byte slots counted downwards from r10 (slot 0 is r10-8 to r10-1). Each slot has a kind a
/// byte, packed in a word, and a register where one was spilled.
/// </summary>
sealed class FrameState
{
    public const int Slots = 64;
    public const int Registers = 11;

    // The object and the heads of its arrays.
    const int OwnBytes = 160;

    public readonly RegisterState[] R = new RegisterState[Registers];
    RegisterState[] _spills = [];

    /// <summary>Kinds of the bytes of each slot used so far.</summary>
    public ulong[] Kinds { get; private set; } = [];

    /// <summary>Slots used so far: those above are unwritten.</summary>
    public int Used;

    /// <summary>Slot of the call that made this frame; -1 for the first.</summary>
    public int CallSite;

    public int Function;

    /// <summary>Whether a helper called it.</summary>
    public bool IsCallback;

    /// <summary>Reservations held when a callback began, and the newest name given until then.</summary>
    public int EntryReferences;
    public int EntryId;

    /// <summary>Times that the helper being called has called back so far.</summary>
    public int Rounds;

    /// <summary>Slots fully written since the last checkpoint.</summary>
    public ulong Written;

    /// <summary>Memory that it takes, about.</summary>
    public int Bytes => OwnBytes + (Registers * Unsafe.SizeOf<RegisterState>()) + (Used * (Unsafe.SizeOf<RegisterState>() + sizeof(ulong)));

    public ref RegisterState Spill(int slot) => ref _spills[slot];

    public void Grow(int slot)
    {
        if (slot < Used)
            return;
        if (slot >= _spills.Length)
        {
            int length = Math.Min(Slots, Math.Max(slot + 1, _spills.Length * 2));
            ulong[] kinds = new ulong[length];
            Kinds.AsSpan(0, Used).CopyTo(kinds);
            Kinds = kinds;
            Array.Resize(ref _spills, length);
        }

        for (int i = Used; i <= slot; i++)
        {
            Kinds[i] = SlotKinds.Unwritten;
            _spills[i] = default;
        }

        Used = slot + 1;
    }

    public void Reset(int function, int callSite)
    {
        Array.Clear(R);
        Used = 0;
        CallSite = callSite;
        Function = function;
        IsCallback = false;
        Rounds = 0;
        // A fresh frame owes nothing to what was there before.
        Written = ulong.MaxValue;
    }

    public void CopyFrom(FrameState other)
    {
        other.R.CopyTo(R, 0);
        // Most copies are checkpoints, which never grow.
        if (_spills.Length < other.Used)
            (_spills, Kinds) = (new RegisterState[other.Used], new ulong[other.Used]);
        Array.Copy(other.Kinds, Kinds, other.Used);
        Array.Copy(other._spills, _spills, other.Used);
        Used = other.Used;
        CallSite = other.CallSite;
        Function = other.Function;
        IsCallback = other.IsCallback;
        EntryReferences = other.EntryReferences;
        EntryId = other.EntryId;
        Rounds = other.Rounds;
        Written = other.Written;
    }
}

/// <summary>Kinds of the eight bytes of a stack slot, a byte each; all eight alike as constants.</summary>
static class SlotKinds
{
    public const byte UnwrittenByte = 0;
    public const byte SpillByte = 1;
    public const byte MiscByte = 2;
    public const byte ZeroByte = 3;
    public const byte ObjectByte = 4;

    /// <summary>Never written.</summary>
    public const ulong Unwritten = 0;

    /// <summary>A register of eight bytes.</summary>
    public const ulong Spill = 0x0101_0101_0101_0101;

    /// <summary>Bytes of any value.</summary>
    public const ulong Misc = 0x0202_0202_0202_0202;

    /// <summary>Zero bytes.</summary>
    public const ulong Zero = 0x0303_0303_0303_0303;

    /// <summary>An iterator, or half of a dynptr; the slot's register has its state.</summary>
    public const ulong Object = 0x0404_0404_0404_0404;

    /// <summary>The low four bytes hold a spilled number; the high half is anything.</summary>
    public const uint SpillLow = 0x0101_0101;

    /// <summary>Mask of the kinds of some bytes of a slot.</summary>
    /// <param name="first">Lowest byte, 0 to 7.</param>
    /// <param name="count">Bytes.</param>
    public static ulong Mask(int first, int count) => (count >= 8 ? ulong.MaxValue : (1UL << (count * 8)) - 1) << (first * 8);

    public static byte At(ulong kinds, int index) => (byte)(kinds >> (index * 8));

    /// <summary>Whether the slot's register counts.</summary>
    public static bool HasSpill(ulong kinds) => (byte)kinds == SpillByte || (byte)(kinds >> 56) == SpillByte || kinds == Object;
}
