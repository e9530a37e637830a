// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>The kernel's format strings as <c>bpf_trace_printk</c> and <c>bpf_snprintf</c> know them.</summary>
/// <remarks>
/// <code>
/// %[-+ #0][width] d i u x X         32 bits      %% a percent sign
/// %[-+ #0][width] ld lu lx lld ...  64 bits      %c one byte
/// %s %ks a string that the run may read; nothing when it may not
/// %p %px %pK %ps ... an address, 16 digits
/// </code>
/// Anything else is EINVAL, as are more values than there are. Pointers are not hashed: the process is the program's own.
/// </remarks>
internal static unsafe class BpfFormat
{
    /// <summary>Longest string that <c>%s</c> reads, and longest text of one print.</summary>
    internal const int MaximumText = 512;

    /// <summary>Writes a text.</summary>
    /// <param name="output">Receives it, without a NUL.</param>
    /// <param name="format">Format, without its NUL.</param>
    /// <param name="values">Values.</param>
    /// <param name="thread">The run, whose memory <c>%s</c> may read.</param>
    /// <param name="stackPointer">An address in the helper's frame.</param>
    internal static Errno Write(StringBuilder output, ReadOnlySpan<byte> format, ReadOnlySpan<ulong> values, ThreadBlock* thread, ulong stackPointer)
    {
        int used = 0;
        for (int i = 0; i < format.Length; i++)
        {
            byte c = format[i];
            if (c != '%')
            {
                if (c >= 0x80 || (c < 0x20 && c is not ((byte)'\n' or (byte)'\t' or (byte)'\r')))
                    return Errno.EINVAL;
                output.Append((char)c);
                continue;
            }

            if (i + 1 < format.Length && format[i + 1] == '%')
            {
                output.Append('%');
                i++;
                continue;
            }

            if (!Specifier.TryParse(format, ref i, out Specifier specifier) || used == values.Length)
                return Errno.EINVAL;
            specifier.Append(output, values[used++], thread, stackPointer);
        }

        return Errno.None;
    }

    /// <summary>One conversion of a format.</summary>
    ref struct Specifier
    {
        bool _left, _plus, _space, _alternate, _zero;
        int _width;
        bool _isLong;
        byte _kind;

        /// <summary>Reads the conversion behind a percent sign; leaves the index on its last character.</summary>
        internal static bool TryParse(ReadOnlySpan<byte> format, ref int index, out Specifier specifier)
        {
            specifier = default;
            int i = index + 1;
            for (; i < format.Length && specifier.TakeFlag(format[i]); i++)
            {
            }

            for (; i < format.Length && char.IsAsciiDigit((char)format[i]) && specifier._width < 1000; i++)
                specifier._width = (specifier._width * 10) + (format[i] - '0');
            if (i < format.Length && format[i] == 'p')
            {
                specifier._kind = (byte)'p';
                index = i + PointerSuffix(format[(i + 1)..]);
                return true;
            }

            if (i + 1 < format.Length && format[i] is (byte)'k' or (byte)'u' && format[i + 1] == 's')
                i++;
            else
                i += specifier.TakeLength(format[i..]);
            index = i;
            if (i >= format.Length)
                return false;
            specifier._kind = format[i];
            return specifier._kind is (byte)'d' or (byte)'i' or (byte)'u' or (byte)'x' or (byte)'X'
                || (specifier._kind is (byte)'s' or (byte)'c' && !specifier._isLong);
        }

        internal readonly void Append(StringBuilder output, ulong value, ThreadBlock* thread, ulong stackPointer)
        {
            string text = _kind switch
            {
                (byte)'s' => ReadString(value, thread, stackPointer),
                (byte)'c' => ((char)(byte)value).ToString(),
                (byte)'p' => value.ToString("x16", CultureInfo.InvariantCulture),
                (byte)'x' => Prefix("0x", _isLong ? value : (uint)value) + (_isLong ? value : (uint)value).ToString("x", CultureInfo.InvariantCulture),
                (byte)'X' => Prefix("0X", _isLong ? value : (uint)value) + (_isLong ? value : (uint)value).ToString("X", CultureInfo.InvariantCulture),
                (byte)'u' => (_isLong ? value : (uint)value).ToString(CultureInfo.InvariantCulture),
                _ => Signed(_isLong ? (long)value : (int)value),
            };
            bool isNumber = _kind is not ((byte)'s' or (byte)'c' or (byte)'p');
            if (_zero && !_left && isNumber && text.Length < _width)
            {
                int sign = text[0] is '-' or '+' or ' ' ? 1 : _alternate && text.Length > 1 && text[1] is 'x' or 'X' ? 2 : 0;
                text = text[..sign] + text[sign..].PadLeft(_width - sign, '0');
            }

            output.Append(_left ? text.PadRight(_width) : text.PadLeft(_width));
        }

        readonly string Prefix(string prefix, ulong value) => _alternate && value != 0 ? prefix : "";

        readonly string Signed(long value)
        {
            string text = value.ToString(CultureInfo.InvariantCulture);
            return value < 0 ? text : _plus ? "+" + text : _space ? " " + text : text;
        }

        static string ReadString(ulong address, ThreadBlock* thread, ulong stackPointer)
        {
            int length = thread == null ? -1 : ReadableRegions.StringLength(thread, address, MaximumText, stackPointer);
            return length <= 0 ? "" : Encoding.UTF8.GetString((byte*)address, length);
        }

        // The extensions of %p choose among hashings and symbol look-ups; all of them print the address here.
        static int PointerSuffix(ReadOnlySpan<byte> rest) => rest.Length > 0 && rest[0] is (byte)'x' or (byte)'K' or (byte)'s' or (byte)'S' or (byte)'B' ? 1 : 0;

        bool TakeFlag(byte c)
        {
            switch (c)
            {
                case (byte)'-':
                    return _left = true;
                case (byte)'+':
                    return _plus = true;
                case (byte)' ':
                    return _space = true;
                case (byte)'#':
                    return _alternate = true;
                case (byte)'0':
                    return _zero = true;
                default:
                    return false;
            }
        }

        int TakeLength(ReadOnlySpan<byte> rest)
        {
            int count = 0;
            while (count < 2 && count < rest.Length && rest[count] == 'l')
                count++;
            _isLong = count > 0;
            return count;
        }
    }
}
