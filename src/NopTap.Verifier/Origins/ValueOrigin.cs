// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Origins;

/// <summary>Where a value comes from.</summary>
enum Origin : byte
{
    /// <summary>Never written.</summary>
    Unset,

    /// <summary>No address.</summary>
    Number,

    /// <summary>The program's context; the value is the offset from its start.</summary>
    Context,

    /// <summary>A frame; the index is its function, the value the offset from its r10.</summary>
    Frame,

    /// <summary>A map itself.</summary>
    Map,

    /// <summary>Inside a map's value.</summary>
    MapValue,

    /// <summary>Inside the packet, its metadata or one past its end.</summary>
    Packet,

    /// <summary>Memory that a reserve helper returned.</summary>
    Memory,

    /// <summary>A function of the program.</summary>
    Function,

    /// <summary>The context of an observed program.</summary>
    TargetContext,

    /// <summary>Anything but a context.</summary>
    Unknown,

    /// <summary>A context on some path and something else on another.</summary>
    MaybeContext,
}

/// <summary>Flow-sensitive knowledge of one value: a flat lattice of origins, refined by an exact number where there is one.</summary>
/// <param name="Origin">What it is.</param>
/// <param name="Index">Map or function; 0 where there is none.</param>
/// <param name="Value">The number or the offset, when <paramref name="IsExact"/>.</param>
/// <param name="IsExact">Whether <paramref name="Value"/> is known.</param>
readonly record struct ValueOrigin(Origin Origin, int Index, long Value, bool IsExact)
{
    public static ValueOrigin Number => new(Origin.Number, 0, 0, false);

    public static ValueOrigin Unknown => new(Origin.Unknown, 0, 0, false);

    public static ValueOrigin Constant(long value) => new(Origin.Number, 0, value, true);

    public static ValueOrigin Of(Origin origin, int index = 0) => new(origin, index, 0, true);

    /// <summary>Whether it is a context for certain and nothing was added to it.</summary>
    public bool IsUnmodifiedContext => Origin == Origin.Context && IsExact && Value == 0;

    /// <summary>Whether it is an address for certain.</summary>
    public bool IsPointer => Origin is > Origin.Number and < Origin.Unknown;

    bool HasContext => Origin is Origin.Context or Origin.MaybeContext or Origin.TargetContext;

    /// <summary>The least value that covers both; a value never written adds nothing, since reading it is refused elsewhere.</summary>
    public ValueOrigin Join(ValueOrigin other)
    {
        if (this == other || other.Origin == Origin.Unset)
            return this;
        if (Origin == Origin.Unset)
            return other;
        if (Origin == other.Origin && Index == other.Index)
            return new ValueOrigin(Origin, Index, 0, false);
        return HasContext || other.HasContext ? new ValueOrigin(Origin.MaybeContext, 0, 0, false) : Unknown;
    }

    /// <summary>This plus or minus a number.</summary>
    public ValueOrigin Move(ValueOrigin number, bool subtract)
    {
        switch (Origin)
        {
            case Origin.Number or Origin.Context or Origin.Frame:
                if (!IsExact || !number.IsExact)
                    return new ValueOrigin(Origin, Index, 0, false);
                return this with { Value = unchecked(subtract ? Value - number.Value : Value + number.Value) };
            case Origin.Map or Origin.Function or Origin.TargetContext:
                return Unknown;
            default:
                return this with { Value = 0, IsExact = false };
        }
    }
}
