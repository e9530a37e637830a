// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Origins;

/// <summary>Origins of r0 to r10 and of the 64 eight-byte slots of the running function's frame.</summary>
sealed class OriginState
{
    public const int FrameSlots = 64;
    const int Registers = 11;

    readonly ValueOrigin[] _values = new ValueOrigin[Registers + FrameSlots];

    public ref ValueOrigin Register(int register) => ref _values[register];

    /// <summary>Slot 0 is the lowest: r10-512.</summary>
    public ref ValueOrigin Slot(int slot) => ref _values[Registers + slot];

    public void CopyFrom(OriginState other) => other._values.CopyTo(_values, 0);

    /// <summary>Joins another state into this one.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Join(OriginState other)
    {
        bool changed = false;
        for (int i = 0; i < _values.Length; i++)
        {
            ValueOrigin joined = _values[i].Join(other._values[i]);
            changed |= joined != _values[i];
            _values[i] = joined;
        }

        return changed;
    }

    /// <summary>Slot that holds an offset from r10, or -1 when it lies outside of the frame.</summary>
    public static int SlotOf(long offset) => offset is >= -512 and < 0 ? (int)(offset + 512) >> 3 : -1;
}

/// <summary>What was ever stored in the slots of one function's frame: by anyone, and by other functions through pointers.</summary>
sealed class FrameSummary
{
    public readonly ValueOrigin[] Stored = new ValueOrigin[OriginState.FrameSlots];
    public readonly ValueOrigin[] StoredByOthers = new ValueOrigin[OriginState.FrameSlots];
}
