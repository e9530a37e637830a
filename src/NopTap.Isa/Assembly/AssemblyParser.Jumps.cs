// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

sealed partial class AssemblyParser
{
    void ParseGoto()
    {
        AssemblyToken word = _line.Take();
        byte opcode = word.Text switch
        {
            "goto" => Opcode.Jmp | Opcode.Ja,
            "gotol" => Opcode.Jmp32 | Opcode.Ja,
            _ => Opcode.Jmp | Opcode.Jcond,
        };
        ParseTarget(new Instruction(opcode, 0, 0, 0));
    }

    void ParseBranch()
    {
        _line.Take();
        AssemblyToken first = _line.Peek;
        Register left = ParseRegister('*');
        char bank = first.Text[0];
        AssemblyToken comparison = _line.Take();
        if (!InstructionWords.TryComparison(comparison.Text, out byte operation))
            throw _line.Unexpected(comparison, "a comparison");
        byte opcode = (byte)((bank == 'r' ? Opcode.Jmp : Opcode.Jmp32) | operation);
        Instruction branch;
        if (_line.Peek.Kind == AssemblyTokenKind.Name)
            branch = new Instruction((byte)(opcode | Opcode.X), left, ParseRegister(bank), 0, 0);
        else
            branch = new Instruction(opcode, left, 0, 0, ParseImmediate(bank == 'w'));
        _line.Expect("goto");
        ParseTarget(branch);
    }

    // pc+3, +3 or a label; what llvm-objdump writes behind it in angle brackets means nothing.
    void ParseTarget(Instruction jump)
    {
        if (_line.TryTake("pc") || _line.Peek.Is("+") || _line.Peek.Is("-"))
        {
            if (jump.IsLongJump)
                Emit(jump with { Immediate = ParseDistance() });
            else
                Emit(jump with { Offset = (short)ParseNumber(short.MinValue, short.MaxValue, "use gotol") });
        }
        else
        {
            AssemblyToken label = _line.Take();
            if (label.Kind != AssemblyTokenKind.Name)
                throw _line.Unexpected(label, "a label, or a distance with its sign,");
            _uses.Add(new LabelUse(_slots.Count, label, _line));
            Emit(jump);
        }

        if (!_line.TryTake("<"))
            return;
        AssemblyToken last;
        do
            last = _line.Take();
        while (last.Kind != AssemblyTokenKind.End && !last.Is(">"));
    }

    int ParseDistance() => (int)ParseNumber(int.MinValue, int.MaxValue, "distances have 32 bits");

    void ParseCall()
    {
        _line.Take();
        AssemblyToken name = _line.Peek;
        if (_line.TryTake("pc"))
        {
            Emit(Ins.CallProgram(ParseDistance()));
            return;
        }

        if (name.Kind != AssemblyTokenKind.Name)
        {
            Emit(Ins.CallHelper(ParseImmediate(narrow: true)));
            return;
        }

        _line.Take();
        if (_line.TryTake("#"))
            ParseNumberedCall(name);
        else if (HelperCatalog.TryFindId(name.Text, out int id))
            Emit(Ins.CallHelper(id));
        else
            EmitCallOfLabel(name);
    }

    void EmitCallOfLabel(AssemblyToken label)
    {
        _uses.Add(new LabelUse(_slots.Count, label, _line));
        Emit(Ins.CallProgram(0));
    }

    // bpf_map_lookup_elem#1, unknown#70000, kfunc#1234@2
    void ParseNumberedCall(AssemblyToken name)
    {
        AssemblyToken number = _line.Peek;
        int id = ParseDistance();
        if (name.Text == "kfunc")
        {
            short module = _line.TryTake("@") ? ParseOffset() : (short)0;
            Emit(new Instruction(Opcode.Jmp | Opcode.Call, Register.R0, (Register)PseudoSource.KfuncCall, module, id));
            return;
        }

        bool known = HelperCatalog.TryFindId(name.Text, out int found);
        if (known ? found != id : name.Text != "unknown")
        {
            throw _line.Fault(IsaDiagnostics.UnknownName, number, $"helper {id} is not called '{name.Text}'",
                HelperCatalog.NameOf(id) is { } right ? $"its name is {right}" : "write unknown# in front of a number without name");
        }

        Emit(Ins.CallHelper(id));
    }
}
