// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>
/// The format strings of <c>bpf_trace_printk</c>, <c>bpf_trace_vprintk</c> and <c>bpf_snprintf</c>: the one reader of them, so that what is
/// accepted when a program is loaded and what is printed when it runs cannot differ.
/// </summary>
/// <remarks>
/// <code>
/// %[-+ 0]*[width] d i u x X c s    l or ll before a number       %% a percent sign
/// %[-+ 0]*[width] p px pK ps pS pB pks pus pI4 pi4 pI6 pi6
/// </code>
/// As in the kernel (Linux 6.18), which a test asks: letters and digits behind a <c>%p</c> that is complete are skipped, and refused behind a string; a width is a 32-bit
/// number that wraps, bytes from 0x80 on are text, other control characters than white space are not.
/// </remarks>
public static class PrintFormat
{
    /// <summary>Reads the piece at a position and moves the position behind it.</summary>
    /// <param name="format">Format, without its NUL.</param>
    /// <param name="position">Less than the length; where the format is malformed, the start of what is not understood.</param>
    /// <param name="piece">The piece.</param>
    /// <returns>False where the format is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> format, ref int position, out PrintPiece piece)
    {
        if (At(format, position) != '%')
            return TryReadText(format, ref position, out piece);
        if (At(format, position + 1) == '%')
        {
            piece = new PrintPiece(PrintKind.Text, position + 1, 1);
            position += 2;
            return true;
        }

        int next = position + 1;
        if (!TryReadConversion(format, ref next, out piece))
            return false;
        position = next;
        return true;
    }

    /// <summary>Values that a format prints, or -1 where it is malformed.</summary>
    /// <param name="format">Format, without its NUL.</param>
    /// <param name="position">Where it is malformed; else its length.</param>
    public static int CountValues(ReadOnlySpan<byte> format, out int position)
    {
        int count = 0;
        for (position = 0; position < format.Length;)
        {
            if (!TryRead(format, ref position, out PrintPiece piece))
                return -1;
            count += piece.Kind == PrintKind.Text ? 0 : 1;
        }

        return count;
    }

    static bool TryReadText(ReadOnlySpan<byte> format, ref int position, out PrintPiece piece)
    {
        int start = position;
        while (position < format.Length && format[position] != '%' && IsText(format[position]))
            position++;
        piece = new PrintPiece(PrintKind.Text, start, position - start);
        return position > start;
    }

    static bool TryReadConversion(ReadOnlySpan<byte> format, ref int position, out PrintPiece piece)
    {
        piece = new PrintPiece { Width = -1 };
        while (TryTakeFlag(At(format, position), ref piece))
            position++;
        if (At(format, position) is >= (byte)'1' and <= (byte)'9')
            piece = piece with { Width = ReadWidth(format, ref position) };
        if (At(format, position) == 'p')
        {
            position++;
            return TryReadPointer(format, ref position, ref piece);
        }

        if (At(format, position) is (byte)'s' or (byte)'c')
        {
            piece = piece with { Kind = format[position++] == 's' ? PrintKind.String : PrintKind.Character };
            return piece.Kind == PrintKind.Character || EndsWord(At(format, position));
        }

        for (int longs = 0; longs < 2 && At(format, position) == 'l'; longs++, position++)
            piece = piece with { IsLong = true };
        PrintKind? kind = At(format, position++) switch
        {
            (byte)'d' or (byte)'i' => PrintKind.Signed,
            (byte)'u' => PrintKind.Unsigned,
            (byte)'x' => PrintKind.Hexadecimal,
            (byte)'X' => PrintKind.UpperHexadecimal,
            _ => null,
        };
        piece = piece with { Kind = kind.GetValueOrDefault() };
        return kind is not null;
    }

    // Behind the p.
    static bool TryReadPointer(ReadOnlySpan<byte> format, ref int position, ref PrintPiece piece)
    {
        byte first = At(format, position);
        byte second = At(format, position + 1);
        if (first is (byte)'k' or (byte)'u' && second == 's')
        {
            position += 2;
            piece = piece with { Kind = first == 'k' ? PrintKind.KernelString : PrintKind.UserString };
            return EndsWord(At(format, position));
        }

        (PrintKind? kind, int length) = (first, second) switch
        {
            ((byte)'K', _) => (PrintKind.HashedPointer, 1),
            ((byte)'x', _) => (PrintKind.Pointer, 1),
            ((byte)'s' or (byte)'S' or (byte)'B', _) => (PrintKind.Symbol, 1),
            ((byte)'I', (byte)'4') => (PrintKind.Ip4, 2),
            ((byte)'i', (byte)'4') => (PrintKind.PaddedIp4, 2),
            ((byte)'I', (byte)'6') => (PrintKind.Ip6, 2),
            ((byte)'i', (byte)'6') => (PrintKind.BareIp6, 2),
            _ => (EndsWord(first) ? PrintKind.HashedPointer : (PrintKind?)null, 0),
        };
        if (kind is null)
            return false;
        piece = piece with { Kind = kind.Value };
        position += length;
        while (IsLetterOrDigit(At(format, position)))
            position++;
        return true;
    }

    static bool TryTakeFlag(byte c, ref PrintPiece piece)
    {
        switch (c)
        {
            case (byte)'-':
                piece = piece with { IsLeft = true };
                return true;
            case (byte)'+':
                piece = piece with { HasPlus = true };
                return true;
            case (byte)' ':
                piece = piece with { HasSpace = true };
                return true;
            case (byte)'0':
                piece = piece with { HasZeroes = true };
                return true;
            default:
                return false;
        }
    }

    static int ReadWidth(ReadOnlySpan<byte> format, ref int position)
    {
        int width = 0;
        for (; At(format, position) is >= (byte)'0' and <= (byte)'9'; position++)
            width = unchecked((width * 10) + (format[position] - '0'));
        return width < -1 ? 0 : Math.Min(width, PrintPiece.MaximumWidth);
    }

    static byte At(ReadOnlySpan<byte> format, int position) => position < format.Length ? format[position] : (byte)0;

    static bool IsText(byte c) => c >= 0x80 || c is >= 0x20 and < 0x7f or >= (byte)'\t' and <= (byte)'\r';

    // The kernel's table of characters is that of Latin-1.
    static bool IsLetterOrDigit(byte c) => c is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (>= 0xc0 and not 0xd7 and not 0xf7);

    // The end, white space or punctuation.
    static bool EndsWord(byte c) => c == 0 || (c is not (>= 0x7f and < 0xa0) && IsText(c) && !IsLetterOrDigit(c));
}
