// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;

namespace NopTap.Helpers;

/// <summary>Writes what the formats of <see cref="PrintFormat"/> say of values that were taken.</summary>
/// <remarks>
/// An address of this process is never shown. The kernel hashes it for <c>%p</c> and <c>%pK</c>; here the same is done for <c>%px</c> and for
/// the names of <c>%ps</c>, <c>%pS</c> and <c>%pB</c>, of which there are none here, where the value may be an address of a process at all. Other
/// numbers, null and error numbers stand as they are.
/// </remarks>
internal static class BpfFormat
{
    // What a process maps lies above the first and below the second.
    const ulong LowestAddress = 1ul << 32;
    const ulong EndOfAddresses = 1ul << 47;
    const long LastError = -4095;
    const int PointerDigits = 16;

    /// <summary>Writes a text; the values are those that were taken for the same format.</summary>
    internal static void Write(ref TextSink sink, ReadOnlySpan<byte> format, in PrintValues values)
    {
        int used = 0;
        for (int position = 0; position < format.Length && PrintFormat.TryRead(format, ref position, out PrintPiece piece);)
        {
            if (piece.Kind == PrintKind.Text)
                sink.Append(format.Slice(piece.Start, piece.Length));
            else
                Write(ref sink, piece, values, values[used++]);
        }
    }

    static void Write(ref TextSink sink, in PrintPiece piece, in PrintValues values, in PrintValue value)
    {
        ulong number = piece.IsLong ? value.Number : (uint)value.Number;
        switch (piece.Kind)
        {
            case PrintKind.Signed:
                WriteSigned(ref sink, piece, piece.IsLong ? (long)value.Number : (int)value.Number);
                break;
            case PrintKind.Unsigned:
                WriteNumber(ref sink, piece, number, "D", 0);
                break;
            case PrintKind.Hexadecimal:
                WriteNumber(ref sink, piece, number, "x", 0);
                break;
            case PrintKind.UpperHexadecimal:
                WriteNumber(ref sink, piece, number, "X", 0);
                break;
            case PrintKind.HashedPointer:
                WritePointer(ref sink, piece, IsNoAddress(value.Number) ? value.Number : PointerHash.Of(value.Number));
                break;
            case PrintKind.Pointer:
                WritePointer(ref sink, piece, Shown(value.Number));
                break;
            case PrintKind.Symbol:
                WriteSymbol(ref sink, piece, Shown(value.Number));
                break;
            case PrintKind.Character:
                WritePadded(ref sink, piece, [(byte)value.Number]);
                break;
            case PrintKind.String:
                WritePadded(ref sink, piece, values.TextOf(value));
                break;
            default:
                sink.Append(values.TextOf(value));
                break;
        }
    }

    static bool IsNoAddress(ulong value) => value == 0 || (long)value is >= LastError and < 0;

    static ulong Shown(ulong value) => value is >= LowestAddress and < EndOfAddresses ? PointerHash.Of(value) : value;

    static void WriteSigned(ref TextSink sink, in PrintPiece piece, long value)
    {
        byte sign = value < 0 ? (byte)'-' : piece.HasPlus ? (byte)'+' : piece.HasSpace ? (byte)' ' : (byte)0;
        WriteNumber(ref sink, piece, value < 0 ? 0ul - (ulong)value : (ulong)value, "D", sign);
    }

    // Without a width: 16 digits.
    static void WritePointer(ref TextSink sink, in PrintPiece piece, ulong value) =>
        WriteNumber(ref sink, piece.Width == -1 ? piece with { Width = PointerDigits, HasZeroes = true } : piece, value, "x", 0);

    static void WriteSymbol(ref TextSink sink, in PrintPiece piece, ulong value)
    {
        Span<byte> text = stackalloc byte[2 + PointerDigits];
        "0x"u8.CopyTo(text);
        value.TryFormat(text[2..], out int digits, "x", CultureInfo.InvariantCulture);
        WritePadded(ref sink, piece, text[..(2 + digits)]);
    }

    static void WriteNumber(ref TextSink sink, in PrintPiece piece, ulong value, ReadOnlySpan<char> digits, byte sign)
    {
        Span<byte> text = stackalloc byte[20];
        value.TryFormat(text, out int length, digits, CultureInfo.InvariantCulture);
        int padding = Math.Max(0, piece.Width - length - (sign == 0 ? 0 : 1));
        bool hasZeroes = piece.HasZeroes && !piece.IsLeft;
        if (!piece.IsLeft && !hasZeroes)
            sink.Fill((byte)' ', padding);
        if (sign != 0)
            sink.Append([sign]);
        if (hasZeroes)
            sink.Fill((byte)'0', padding);
        sink.Append(text[..length]);
        if (piece.IsLeft)
            sink.Fill((byte)' ', padding);
    }

    static void WritePadded(ref TextSink sink, in PrintPiece piece, scoped ReadOnlySpan<byte> text)
    {
        int padding = Math.Max(0, piece.Width - text.Length);
        if (!piece.IsLeft)
            sink.Fill((byte)' ', padding);
        sink.Append(text);
        if (piece.IsLeft)
            sink.Fill((byte)' ', padding);
    }
}
