// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Conformance.Plugin;

/// <summary>Reads <c>b7 00 00 00</c>; spaces may be missing or more.</summary>
static class HexPairs
{
    /// <summary>The bytes.</summary>
    /// <param name="text">Hex pairs.</param>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="FormatException">There is something else, or half a pair.</exception>
    public static byte[] Parse(string text, string what)
    {
        var digits = new System.Text.StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiHexDigit(text[i]))
                digits.Append(text[i]);
            else if (!char.IsWhiteSpace(text[i]))
                throw Refuse(what, $"'{text[i]}' at character {i} is no hex digit");
        }

        return digits.Length % 2 == 0
            ? Convert.FromHexString(digits.ToString())
            : throw Refuse(what, $"{digits.Length} digits are no whole number of pairs");
    }

    static FormatException Refuse(string what, string message) => new($"{what}: {message}; write each byte as two hex digits, spaces between");
}
