// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Isa;

/// <summary>One line of assembler text as tokens with a reading position.</summary>
sealed class AssemblyLine
{
    static readonly string[] s_operators =
    [
        "s>>=", "<<=", ">>=", "s>=", "s<=", "s/=", "s%=",
        "==", "!=", ">=", "<=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "s>", "s<",
        "=", ">", "<", "&", "(", ")", "[", "]", ",", "*", "+", "-", ":", "#", "@",
    ];

    readonly string _text;
    readonly string _name;
    readonly List<AssemblyToken> _tokens = [];
    int _next;

    internal AssemblyLine(string text, int number, string name)
    {
        _text = text;
        _name = name;
        Number = number;
        int position = SkipIndex(SkipSpace(0));
        // "(07)" cannot be told from a bracket and two digits later on, so it is taken out first.
        if (position + 3 < text.Length && text[position] == '(' && text[position + 3] == ')'
            && byte.TryParse(text.AsSpan(position + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte opcode))
        {
            Opcode = opcode;
            position += 4;
        }

        while (ReadToken(ref position))
        {
        }
    }

    /// <summary>1-based number in the text.</summary>
    internal int Number { get; }

    /// <summary>The opcode that stands in brackets in front, or null.</summary>
    internal byte? Opcode { get; }

    internal AssemblyToken Peek => PeekAt(0);

    internal AssemblyToken PeekAt(int ahead) =>
        _next + ahead < _tokens.Count ? _tokens[_next + ahead] : new AssemblyToken(AssemblyTokenKind.End, "", _text.Length + 1);

    internal AssemblyToken Take()
    {
        AssemblyToken token = Peek;
        _next++;
        return token;
    }

    internal bool TryTake(string text)
    {
        if (!Peek.Is(text))
            return false;
        _next++;
        return true;
    }

    internal void Expect(string text)
    {
        if (!TryTake(text))
            throw Unexpected(Peek, $"'{text}'");
    }

    internal BpfFormatException Unexpected(AssemblyToken token, string wanted) =>
        Fault(IsaDiagnostics.Syntax, token, $"{token.Shown} found where {wanted} was expected", "fix the line");

    internal BpfFormatException Fault(DiagnosticDescriptor descriptor, AssemblyToken token, string message, string hint)
    {
        var place = new DiagnosticPlace { Source = string.Create(CultureInfo.InvariantCulture, $"{_name}:{Number}:{token.Column}") };
        return new BpfFormatException(descriptor.At(place, message, hint));
    }

    int SkipSpace(int position)
    {
        while (position < _text.Length && char.IsWhiteSpace(_text[position]))
            position++;
        return position;
    }

    // "12:" in front is what listings print; it means nothing.
    int SkipIndex(int position)
    {
        int digits = position;
        while (digits < _text.Length && char.IsAsciiDigit(_text[digits]))
            digits++;
        return digits > position && digits < _text.Length && _text[digits] == ':' ? SkipSpace(digits + 1) : position;
    }

    bool ReadToken(ref int position)
    {
        position = SkipSpace(position);
        if (position == _text.Length || IsComment(position))
            return false;
        char first = _text[position];
        AssemblyToken token;
        if (ReadOperator(position) is { } @operator)
            token = @operator;
        else if (char.IsAsciiDigit(first))
            token = ReadNumber(position);
        else if (IsNamePart(first))
            token = ReadName(position);
        else
            throw Unexpected(new AssemblyToken(AssemblyTokenKind.Operator, first.ToString(), position + 1), "an instruction");
        _tokens.Add(token);
        position += token.Text.Length;
        return true;
    }

    bool IsComment(int position) =>
        _text[position] == ';' || (_text[position] == '#' && _tokens.Count == 0 && Opcode is null)
        || (_text[position] == '/' && position + 1 < _text.Length && _text[position + 1] == '/');

    static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.';

    AssemblyToken? ReadOperator(int position)
    {
        foreach (string candidate in s_operators)
        {
            if (string.CompareOrdinal(_text, position, candidate, 0, candidate.Length) == 0)
                return new AssemblyToken(AssemblyTokenKind.Operator, candidate, position + 1);
        }

        return null;
    }

    AssemblyToken ReadName(int position)
    {
        int end = position;
        while (end < _text.Length && IsNamePart(_text[end]))
            end++;
        return new AssemblyToken(AssemblyTokenKind.Name, _text[position..end], position + 1);
    }

    AssemblyToken ReadNumber(int position)
    {
        AssemblyToken token = ReadName(position);
        ReadOnlySpan<char> digits = token.Text;
        bool hexadecimal = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!ulong.TryParse(hexadecimal ? digits[2..] : digits, style, CultureInfo.InvariantCulture, out ulong value))
        {
            AssemblyToken bad = token with { Kind = AssemblyTokenKind.Operator };
            throw Fault(IsaDiagnostics.NumberOutOfRange, bad, $"'{token.Text}' is no number of 64 bits", "write decimal digits, or 0x and hexadecimal ones");
        }

        return token with { Kind = AssemblyTokenKind.Number, Value = value };
    }
}
