// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Verdicts;

/// <summary>What the composer thinks a register or a spilled slot holds.</summary>
enum Holds : byte
{
    Nothing,
    Number,
    Context,
    Frame,
    Value,
    Key,
    Packet,
    PacketEnd,
    Meta,
    Record,
}

/// <summary>A note of one register: enough to write instructions that are mostly legal.</summary>
/// <param name="Holds">What it is.</param>
/// <param name="Max">Of a number: its unsigned bound. Of an address: how far its variable part may reach.</param>
/// <param name="Offset">Constant offset of an address.</param>
/// <param name="Size">Bytes of the memory behind offset 0: value size, record size, packet bytes known to exist; below the frame pointer for a frame.</param>
/// <param name="Map">Map of a value.</param>
readonly record struct Note(Holds Holds, ulong Max = ulong.MaxValue, int Offset = 0, int Size = 0, int Map = -1)
{
    public bool IsMemory => Holds is Holds.Value or Holds.Packet or Holds.Record or Holds.Frame or Holds.Key or Holds.Meta;

    /// <summary>What holds on both ways.</summary>
    public static Note Join(Note left, Note right)
    {
        if (left == right)
            return left;
        if (left.Holds != right.Holds)
            return default;
        return left.Holds switch
        {
            Holds.Number => left with { Max = Math.Max(left.Max, right.Max) },
            Holds.Packet when left.Offset == right.Offset && left.Max == right.Max => left with { Size = Math.Min(left.Size, right.Size) },
            _ => default,
        };
    }
}
