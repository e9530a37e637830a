// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

sealed partial class AssemblyParser
{
    void ParseAssignment()
    {
        AssemblyToken first = _line.Take();
        if (first.Kind != AssemblyTokenKind.Name || !TryRegister(first.Text, out char bank, out Register destination))
            throw _line.Unexpected(first, "an instruction");
        AssemblyToken operators = _line.Take();
        if (!InstructionWords.TryArithmetic(operators.Text, out byte operation, out short offset))
            throw _line.Unexpected(operators, "an assignment");
        if (operation == Opcode.Mov)
            ParseMove(bank, destination);
        else
            Emit(ParseOperand(bank, operation, destination) with { Offset = offset });
    }

    Instruction ParseOperand(char bank, byte operation, Register destination)
    {
        byte opcode = (byte)((bank == 'r' ? Opcode.Alu64 : Opcode.Alu) | operation);
        return _line.Peek.Kind == AssemblyTokenKind.Name
            ? new Instruction((byte)(opcode | Opcode.X), destination, ParseRegister(bank), 0, 0)
            : new Instruction(opcode, destination, 0, 0, ParseImmediate(bank == 'w'));
    }

    void ParseMove(char bank, Register destination)
    {
        AssemblyToken token = _line.Peek;
        if (token.Is("*"))
            ParseLoad(bank, destination);
        else if (token.Is("("))
            ParseExtension(bank, destination);
        else if (token.Is("-") && _line.PeekAt(1).Kind == AssemblyTokenKind.Name)
            ParseNegation(bank, destination);
        else if (token.Kind != AssemblyTokenKind.Name)
            ParseConstant(bank, destination);
        else if (TryRegister(token.Text, out _, out _))
            Emit(ParseOperand(bank, Opcode.Mov, destination));
        else if (!TryParseByteOrder(destination) && !TryParseReference(destination) && !TryParseAtomicResult(destination))
            throw _line.Unexpected(token, "a value");
    }

    void ParseConstant(char bank, Register destination)
    {
        Int128 value = ParseNumber(out AssemblyToken first);
        if (_line.TryTake("ll") || _line.Opcode == Opcode.LdImm64)
        {
            if (bank == 'w')
                throw _line.Unexpected(first, "a constant of 32 bits");
            Bounded(value, first, long.MinValue, ulong.MaxValue, "constants have 64 bits");
            EmitWide(destination, PseudoSource.Constant, unchecked((ulong)(Int128)value));
            return;
        }

        Int128 highest = bank == 'w' || _line.Opcode is not null ? uint.MaxValue : int.MaxValue;
        Bounded(value, first, int.MinValue, highest, "append ll for a constant of 64 bits");
        byte opcode = (byte)((bank == 'r' ? Opcode.Alu64 : Opcode.Alu) | Opcode.Mov);
        Emit(new Instruction(opcode, destination, 0, 0, unchecked((int)(long)value)));
    }

    void EmitWide(Register destination, byte kind, ulong value)
    {
        Emit(new Instruction(Opcode.LdImm64, destination, (Register)kind, 0, unchecked((int)value)));
        Emit(new Instruction(0, 0, 0, unchecked((int)(value >> 32))));
    }

    // ld_pseudo r1, 0x1, 0x5: LLVM's name for a wide load of any kind.
    void ParsePseudoLoad()
    {
        _line.Take();
        Register destination = ParseRegister('r');
        _line.Expect(",");
        byte kind = (byte)ParseNumber(0, PseudoSource.MapIndexValue, "kinds of wide loads are 0 to 6");
        _line.Expect(",");
        EmitWide(destination, kind, Join(ParseImmediate(narrow: true), 0));
    }

    void ParseExtension(char bank, Register destination)
    {
        _line.Expect("(");
        AssemblyToken type = _line.Take();
        short bits = type.Text switch
        {
            "s8" => 8,
            "s16" => 16,
            "s32" when bank == 'r' => 32,
            _ => throw _line.Unexpected(type, bank == 'r' ? "s8, s16 or s32" : "s8 or s16"),
        };
        _line.Expect(")");
        Emit(Ins.MoveSignExtended(destination, ParseRegister(bank), bits, bank == 'r'));
    }

    void ParseNegation(char bank, Register destination)
    {
        _line.Expect("-");
        AssemblyToken token = _line.Peek;
        if (ParseRegister(bank) != destination)
            throw _line.Unexpected(token, $"{bank}{(int)destination}, since a negation stays in its register,");
        Emit(new Instruction((byte)((bank == 'r' ? Opcode.Alu64 : Opcode.Alu) | Opcode.Neg), destination, 0, 0, 0));
    }

    bool TryParseByteOrder(Register destination)
    {
        string word = _line.Peek.Text;
        int digits = word.AsSpan().IndexOfAnyInRange('0', '9');
        if (digits <= 0 || word[digits..] is not ("16" or "32" or "64"))
            return false;
        int opcode = word[..digits] switch
        {
            "le" => Opcode.Alu | Opcode.End,
            "be" => Opcode.Alu | Opcode.End | Opcode.X,
            "bswap" => Opcode.Alu64 | Opcode.End,
            _ => -1,
        };
        if (opcode < 0)
            return false;
        _line.Take();
        ExpectRegister(destination);
        int width = word[digits] switch { '1' => 16, '3' => 32, _ => 64 };
        Emit(new Instruction((byte)opcode, destination, 0, 0, width));
        return true;
    }

    // map[fd:1], map[idx:1][0]+8, subprog[+3], subprog[label], btf[5]+0, addr_space_cast(r2, 0, 1)
    bool TryParseReference(Register destination)
    {
        switch (_line.Peek.Text)
        {
            case "map":
                ParseMapReference(destination);
                return true;
            case "subprog":
                ParseFunctionReference(destination);
                return true;
            case "btf":
                _line.Take();
                _line.Expect("[");
                int type = ParseDistance();
                _line.Expect("]");
                EmitWide(destination, PseudoSource.BtfId, Join(type, ParseSecondImmediate()));
                return true;
            case "addr_space_cast":
                ParseAddressCast(destination);
                return true;
            default:
                return false;
        }
    }

    static ulong Join(int low, int high) => (uint)low | ((ulong)(uint)high << 32);

    void ParseMapReference(Register destination)
    {
        _line.Take();
        _line.Expect("[");
        AssemblyToken key = _line.Take();
        bool index = key.Text == "idx";
        if (!index && !key.Is("fd"))
            throw _line.Unexpected(key, "fd or idx");
        _line.Expect(":");
        int map = ParseDistance();
        _line.Expect("]");
        if (!_line.TryTake("["))
        {
            EmitWide(destination, index ? PseudoSource.MapIndex : PseudoSource.MapFd, Join(map, 0));
            return;
        }

        ParseNumber(0, 0, "only the address of the first value is constant");
        _line.Expect("]");
        EmitWide(destination, index ? PseudoSource.MapIndexValue : PseudoSource.MapValue, Join(map, ParseSecondImmediate()));
    }

    int ParseSecondImmediate() => _line.Peek.Is("+") || _line.Peek.Is("-") ? ParseDistance() : 0;

    void ParseFunctionReference(Register destination)
    {
        _line.Take();
        _line.Expect("[");
        int distance = 0;
        if (_line.Peek.Kind == AssemblyTokenKind.Name)
            _uses.Add(new LabelUse(_slots.Count, _line.Take(), _line));
        else
            distance = ParseDistance();
        _line.Expect("]");
        EmitWide(destination, PseudoSource.Function, Join(distance, ParseSecondImmediate()));
    }

    void ParseAddressCast(Register destination)
    {
        _line.Take();
        _line.Expect("(");
        Register source = ParseRegister('r');
        _line.Expect(",");
        int to = (int)ParseNumber(0, 1, "address spaces are 0 and 1");
        _line.Expect(",");
        AssemblyToken last = _line.Peek;
        int from = (int)ParseNumber(0, 1, "address spaces are 0 and 1");
        if (to == from)
            throw _line.Unexpected(last, "the other address space");
        _line.Expect(")");
        Emit(new Instruction(Opcode.Alu64 | Opcode.Mov | Opcode.X, destination, source, 1, (to << 16) | from));
    }
}
