// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

sealed partial class AssemblyParser
{
    // (u32 *)
    byte ParseCell(out bool signed)
    {
        _line.Expect("(");
        AssemblyToken type = _line.Take();
        signed = type.Kind == AssemblyTokenKind.Name && type.Text.StartsWith('s');
        byte size = type.Text switch
        {
            "u8" or "s8" => Opcode.B,
            "u16" or "s16" => Opcode.H,
            "u32" or "s32" => Opcode.W,
            "u64" => Opcode.DW,
            _ => throw _line.Unexpected(type, "u8, u16, u32 or u64, or s8, s16 or s32 in a load,"),
        };
        _line.Expect("*");
        _line.Expect(")");
        return size;
    }

    byte ParseUnsignedCell()
    {
        AssemblyToken type = _line.PeekAt(1);
        byte size = ParseCell(out bool signed);
        return signed ? throw _line.Unexpected(type, "an unsigned type") : size;
    }

    // (r1 + 4), (r1 +4) or (r1)
    Register ParseAddress(out short offset)
    {
        _line.Expect("(");
        Register register = ParseDisplaced(out offset);
        _line.Expect(")");
        return register;
    }

    Register ParseDisplaced(out short offset)
    {
        Register register = ParseRegister('r');
        offset = _line.Peek.Is("+") || _line.Peek.Is("-") ? ParseOffset() : (short)0;
        return register;
    }

    // Values narrower than 8 bytes may be called r or w; the encoding is the same.
    Register ParseValue(byte size) => ParseRegister(size == Opcode.DW ? 'r' : '*');

    void ParseLoad(char bank, Register destination)
    {
        AssemblyToken start = _line.Take();
        byte size = ParseCell(out bool signed);
        if (bank == 'w' && (size == Opcode.DW || signed))
            throw _line.Unexpected(start, "a load of at most 32 bits without sign, since the destination is a w register,");
        if (_line.Peek.Is("skb"))
        {
            if (destination != Register.R0 || signed || size == Opcode.DW)
                throw _line.Unexpected(_line.Peek, "a memory operand; packet loads go to r0 from u8, u16 or u32,");
            ParsePacketLoad(size);
            return;
        }

        Register address = ParseAddress(out short offset);
        byte mode = signed ? Opcode.MemSx : Opcode.Mem;
        Emit(new Instruction((byte)(Opcode.Ldx | mode | size), destination, address, offset, 0));
    }

    // skb[4], skb[r3 + 4]
    void ParsePacketLoad(byte size)
    {
        _line.Expect("skb");
        _line.Expect("[");
        byte mode = Opcode.Abs;
        Register index = Register.R0;
        int displacement = 0;
        if (_line.Peek.Kind == AssemblyTokenKind.Name)
        {
            mode = Opcode.Ind;
            index = ParseRegister('r');
            if (!_line.Peek.Is("]"))
            {
                _line.Expect("+");
                displacement = ParseDistance();
            }
        }
        else
        {
            displacement = ParseDistance();
        }

        _line.Expect("]");
        Emit(new Instruction((byte)(Opcode.Ld | mode | size), Register.R0, index, 0, displacement));
    }

    void ParseStore()
    {
        _line.Expect("*");
        byte size = ParseUnsignedCell();
        Register address = ParseAddress(out short offset);
        _line.Expect("=");
        if (_line.Peek.Kind == AssemblyTokenKind.Name)
            Emit(new Instruction((byte)(Opcode.Stx | Opcode.Mem | size), address, ParseValue(size), offset, 0));
        else
            Emit(new Instruction((byte)(Opcode.St | Opcode.Mem | size), address, 0, offset, ParseImmediate(size != Opcode.DW)));
    }

    // lock *(u64 *)(r1 + 0) += r2
    void ParseLocked()
    {
        _line.Expect("lock");
        _line.Expect("*");
        byte size = ParseUpdateCell();
        Register address = ParseAddress(out short offset);
        AssemblyToken operators = _line.Take();
        int operation = operators.Text switch
        {
            "+=" => AtomicOperation.Add,
            "|=" => AtomicOperation.Or,
            "&=" => AtomicOperation.And,
            "^=" => AtomicOperation.Xor,
            _ => throw _line.Unexpected(operators, "+=, |=, &= or ^="),
        };
        EmitAtomic(size, address, offset, ParseValue(size), operation);
    }

    byte ParseUpdateCell()
    {
        AssemblyToken type = _line.PeekAt(1);
        byte size = ParseUnsignedCell();
        return size is Opcode.W or Opcode.DW ? size : throw _line.Unexpected(type, "u32 or u64, as atomic updates are that wide,");
    }

    void EmitAtomic(byte size, Register destination, short offset, Register source, int operation) =>
        Emit(new Instruction((byte)(Opcode.Stx | Opcode.Atomic | size), destination, source, offset, operation));

    void ParseStoreRelease()
    {
        _line.Take();
        _line.Expect("(");
        byte size = ParseUnsignedCell();
        Register address = ParseAddress(out short offset);
        _line.Expect(",");
        EmitAtomic(size, address, offset, ParseValue(size), AtomicOperation.StoreRelease);
        _line.Expect(")");
    }

    bool TryParseAtomicResult(Register destination)
    {
        AssemblyToken word = _line.Peek;
        switch (word.Text)
        {
            case "load_acquire":
                ParseLoadAcquire(destination);
                return true;
            case "xchg_64" or "xchg32_32" or "cmpxchg_64" or "cmpxchg32_32":
                ParseLlvmExchange(destination);
                return true;
        }

        string rest = word.Text.StartsWith("atomic64_", StringComparison.Ordinal) ? word.Text["atomic64_".Length..]
            : word.Text.StartsWith("atomic_", StringComparison.Ordinal) ? word.Text["atomic_".Length..] : "";
        int operation = AtomicOperation.Exchange;
        if (rest.StartsWith("fetch_", StringComparison.Ordinal) && InstructionWords.TryAtomic(rest["fetch_".Length..], out operation))
            operation |= AtomicOperation.Fetch;
        else if (rest == "cmpxchg")
            operation = AtomicOperation.CompareExchange;
        else if (rest != "xchg")
            return false;
        ParseAtomicUpdate(destination, operation, wide: word.Text[6] == '6');
        return true;
    }

    void ParseLoadAcquire(Register destination)
    {
        _line.Take();
        _line.Expect("(");
        byte size = ParseUnsignedCell();
        Register address = ParseAddress(out short offset);
        _line.Expect(")");
        EmitAtomic(size, destination, offset, address, AtomicOperation.LoadAcquire);
    }

    // atomic64_fetch_add((u64 *)(r1 + 0), r2); LLVM leaves the 64 out, so it is only checked where it stands.
    void ParseAtomicUpdate(Register destination, int operation, bool wide)
    {
        _line.Take();
        _line.Expect("(");
        AssemblyToken type = _line.PeekAt(1);
        byte size = ParseUpdateCell();
        if (wide && size != Opcode.DW)
            throw _line.Unexpected(type, "u64");
        Register address = ParseAddress(out short offset);
        ParseExchanged(destination, size, address, offset, operation);
    }

    // cmpxchg_64(r1 + 8, r0, r2)
    void ParseLlvmExchange(Register destination)
    {
        string word = _line.Take().Text;
        byte size = word.EndsWith("_64", StringComparison.Ordinal) ? Opcode.DW : Opcode.W;
        int operation = word.StartsWith('c') ? AtomicOperation.CompareExchange : AtomicOperation.Exchange;
        _line.Expect("(");
        Register address = ParseDisplaced(out short offset);
        ParseExchanged(destination, size, address, offset, operation);
    }

    // The result is the old value: in r0 for a comparison, otherwise in the register whose value was given.
    void ParseExchanged(Register destination, byte size, Register address, short offset, int operation)
    {
        _line.Expect(",");
        AssemblyToken value = _line.Peek;
        if (operation == AtomicOperation.CompareExchange)
        {
            ExpectRegister(Register.R0);
            _line.Expect(",");
            value = _line.Peek;
        }

        Register source = ParseValue(size);
        _line.Expect(")");
        if (destination != (operation == AtomicOperation.CompareExchange ? Register.R0 : source))
            throw _line.Unexpected(value, operation == AtomicOperation.CompareExchange ? "r0 as result" : "the register that takes the result");
        EmitAtomic(size, address, offset, source, operation);
    }
}
