// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;

namespace NopTap.Isa;

/// <summary>Lines to slots; jumps to labels are filled in at the end.</summary>
sealed partial class AssemblyParser(string name)
{
    readonly ImmutableArray<Instruction>.Builder _slots = ImmutableArray.CreateBuilder<Instruction>();
    readonly ImmutableArray<int>.Builder _lines = ImmutableArray.CreateBuilder<int>();
    readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    readonly List<LabelUse> _uses = [];
    AssemblyLine _line = new("", 0, name);

    // A slot whose distance waits for a label.
    readonly record struct LabelUse(int Slot, AssemblyToken Label, AssemblyLine Line);

    internal void ParseLine(AssemblyLine line)
    {
        _line = line;
        while (line.Peek.Kind == AssemblyTokenKind.Name && line.PeekAt(1).Is(":"))
            DefineLabel(line.Take());
        AssemblyToken first = line.Peek;
        if (first.Kind == AssemblyTokenKind.End && line.Opcode is null)
            return;
        int slot = _slots.Count;
        ParseInstruction();
        if (line.Peek.Kind != AssemblyTokenKind.End)
            throw line.Unexpected(line.Peek, "the end of the line");
        while (_lines.Count < _slots.Count)
            _lines.Add(line.Number);
        if (line.Opcode is { } opcode && opcode != _slots[slot].Opcode)
        {
            throw line.Fault(IsaDiagnostics.OpcodeMismatch, first,
                $"opcode 0x{opcode:x2} stands in front of text whose opcode is 0x{_slots[slot].Opcode:x2}", "remove the opcode or fix the text");
        }
    }

    internal AssembledProgram Finish()
    {
        foreach (LabelUse use in _uses)
            Resolve(use);
        return new AssembledProgram(
            _slots.ToImmutable(), _labels.ToImmutableDictionary(StringComparer.Ordinal), _lines.ToImmutable());
    }

    void DefineLabel(AssemblyToken label)
    {
        _line.Expect(":");
        if (TryRegister(label.Text, out _, out _))
            throw _line.Unexpected(label, "a label, which no register is");
        if (!_labels.TryAdd(label.Text, _slots.Count))
            throw _line.Fault(IsaDiagnostics.DuplicateLabel, label, $"label '{label.Text}' is defined above", "rename one of them");
    }

    void Resolve(LabelUse use)
    {
        Instruction slot = _slots[use.Slot];
        if (!_labels.TryGetValue(use.Label.Text, out int target))
        {
            string what = slot.IsCall ? "label or helper" : "label";
            throw use.Line.Fault(IsaDiagnostics.UnknownName, use.Label, $"no {what} is called '{use.Label.Text}'", "define it, or fix the name");
        }

        int distance = target - use.Slot - 1;
        if (!slot.IsJump || slot.IsLongJump)
            _slots[use.Slot] = slot with { Immediate = distance };
        else if (distance is >= short.MinValue and <= short.MaxValue)
            _slots[use.Slot] = slot with { Offset = (short)distance };
        else
            throw use.Line.Fault(IsaDiagnostics.NumberOutOfRange, use.Label, $"label '{use.Label.Text}' is {distance} slots away", "use gotol");
    }

    void ParseInstruction()
    {
        AssemblyToken first = _line.Peek;
        switch (first.Text)
        {
            case "exit":
                _line.Take();
                Emit(Ins.Exit());
                break;
            case "goto" or "gotol" or "may_goto":
                ParseGoto();
                break;
            case "if":
                ParseBranch();
                break;
            case "call":
                ParseCall();
                break;
            case "callx":
                _line.Take();
                Emit(Ins.CallRegister(ParseRegister('r')));
                break;
            case "ld_pseudo":
                ParsePseudoLoad();
                break;
            case "lock":
                ParseLocked();
                break;
            case "store_release":
                ParseStoreRelease();
                break;
            case "*":
                ParseStore();
                break;
            case ".8byte":
                ParseRaw();
                break;
            default:
                ParseAssignment();
                break;
        }
    }

    void Emit(Instruction instruction) => _slots.Add(instruction);

    void ParseRaw()
    {
        _line.Take();
        AssemblyToken number = _line.Take();
        if (number.Kind != AssemblyTokenKind.Number)
            throw _line.Unexpected(number, "a number");
        Span<byte> slot = stackalloc byte[Instruction.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(slot, number.Value);
        Emit(InstructionDecoder.Decode(slot));
    }

    static bool TryRegister(string text, out char bank, out Register register)
    {
        bank = text.Length == 0 ? '\0' : text[0];
        register = default;
        if (bank is not ('r' or 'w') || text.Length is < 2 or > 3 || (text[1] == '0' && text.Length > 2))
            return false;
        if (!byte.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out byte number) || number > 10)
            return false;
        register = (Register)number;
        return true;
    }

    // Bank '*' takes either.
    Register ParseRegister(char bank)
    {
        AssemblyToken token = _line.Take();
        if (token.Kind == AssemblyTokenKind.Name && TryRegister(token.Text, out char found, out Register register) && (bank == '*' || found == bank))
            return register;
        string wanted = bank == '*' ? "a register, r0 to r10 or w0 to w10," : $"a register, {bank}0 to {bank}10,";
        throw _line.Unexpected(token, wanted);
    }

    void ExpectRegister(Register register)
    {
        AssemblyToken token = _line.Peek;
        if (ParseRegister('*') != register)
            throw _line.Unexpected(token, $"register {(int)register} again");
    }

    // A number with an optional sign.
    Int128 ParseNumber(out AssemblyToken first)
    {
        first = _line.Peek;
        bool negative = _line.TryTake("-");
        if (!negative)
            _line.TryTake("+");
        AssemblyToken digits = _line.Take();
        if (digits.Kind != AssemblyTokenKind.Number)
            throw _line.Unexpected(digits, "a number");
        return negative ? -(Int128)digits.Value : digits.Value;
    }

    Int128 ParseNumber(Int128 lowest, Int128 highest, string hint)
    {
        Int128 value = ParseNumber(out AssemblyToken first);
        return Bounded(value, first, lowest, highest, hint);
    }

    Int128 Bounded(Int128 value, AssemblyToken first, Int128 lowest, Int128 highest, string hint)
    {
        if (value >= lowest && value <= highest)
            return value;
        throw _line.Fault(IsaDiagnostics.NumberOutOfRange, first, $"number {value} lies outside {lowest} to {highest}", hint);
    }

    // A 32-bit field. Where the machine extends its sign, a number above the signed range would silently mean a negative one;
    // it is taken only from a listing, whose opcode in front shows that a field is meant.
    int ParseImmediate(bool narrow, string hint = "load it into a register with ll first")
    {
        Int128 highest = narrow || _line.Opcode is not null ? uint.MaxValue : int.MaxValue;
        return unchecked((int)(long)ParseNumber(int.MinValue, highest, hint));
    }

    short ParseOffset() => (short)ParseNumber(short.MinValue, short.MaxValue, "offsets have 16 bits; add the rest to the register");
}
