// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace NopTap.Parity.Suite;

/// <summary>Cuts a BTF section behind a type.</summary>
/// <remarks>
/// One section of the tests describes the values of all their maps. A kernel of another age refuses it for one of them; what stands before
/// that type is what the maps of the others need.
/// </remarks>
static class TypeSection
{
    const int TypesLengthAt = 12;
    const int HeadLength = 24;
    const int TypeHead = 12;

    /// <summary>The section with its first types only.</summary>
    /// <param name="section">A BTF section whose strings follow its types.</param>
    /// <param name="count">Types to keep.</param>
    public static byte[] Cut(byte[] section, int count)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(section.AsSpan(TypesLengthAt));
        int kept = 0;
        for (int n = 0; n < count && kept < length; n++)
            kept += LengthOf(BinaryPrimitives.ReadUInt32LittleEndian(section.AsSpan(HeadLength + kept + 4)));
        byte[] cut = [.. section[..(HeadLength + kept)], .. section[(HeadLength + length)..]];
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(TypesLengthAt), kept);
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(TypesLengthAt + 4), kept);
        return cut;
    }

    static int LengthOf(uint info)
    {
        int members = (int)(info & 0xffff);
        return TypeHead + ((info >> 24) & 0x1f) switch
        {
            1 or 14 or 17 => 4, // INT, VAR, DECL_TAG
            3 => 12, // ARRAY
            4 or 5 or 15 or 19 => 12 * members, // STRUCT, UNION, DATASEC, ENUM64
            6 or 13 => 8 * members, // ENUM, FUNC_PROTO
            _ => 0,
        };
    }
}
