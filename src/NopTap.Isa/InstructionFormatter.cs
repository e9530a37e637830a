// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.Isa;

/// <summary>Writes instructions as text; <see cref="Assembler"/> reads it back.</summary>
/// <remarks>
/// Any slot can be written. One whose opcode or variant is unknown becomes <c>.8byte 0x…</c>; unused fields that are not zero do not show.
/// The LLVM dialect, as the tool, shows neither the kind of a call, nor the second immediate of a wide load that is no constant, nor the
/// displacement of an indirect packet load. Load-acquire and store-release are written as LLVM 20 writes them; 19 does not know them.
/// </remarks>
public static partial class InstructionFormatter
{
    /// <summary>Text of the instruction at an index, without its index.</summary>
    /// <param name="program">The program, or in the LLVM dialect the function that <paramref name="symbol"/> names.</param>
    /// <param name="index">Slot of the instruction.</param>
    /// <param name="dialect">The dialect.</param>
    /// <param name="symbol">In the LLVM dialect jump targets are followed by <c>&lt;symbol+0x…&gt;</c>; null leaves that out.</param>
    public static string Format(
        ReadOnlySpan<Instruction> program, int index, InstructionDialect dialect = InstructionDialect.Kernel, string? symbol = null)
    {
        var text = new StringBuilder();
        Append(text, program, index, dialect, symbol);
        return text.ToString();
    }

    /// <summary>Text of one slot; of a wide load, with the high half taken as 0.</summary>
    /// <param name="instruction">The slot.</param>
    /// <param name="dialect">The dialect.</param>
    public static string Format(Instruction instruction, InstructionDialect dialect = InstructionDialect.Kernel) =>
        Format([instruction, default], 0, dialect);

    /// <summary>Text of a whole program: a line for each instruction, with its index.</summary>
    /// <param name="program">The program.</param>
    /// <param name="dialect">The dialect.</param>
    public static string FormatAll(ReadOnlySpan<Instruction> program, InstructionDialect dialect = InstructionDialect.Kernel)
    {
        var text = new StringBuilder();
        int width = Math.Max(program.Length - 1, 0).ToString(Culture).Length;
        for (int index = 0; index < program.Length; index += program[index].SlotCount)
        {
            text.Append(index.ToString(Culture).PadLeft(width)).Append(": ");
            Append(text, program, index, dialect, null);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Appends the text of the instruction at an index, without its index.</summary>
    /// <param name="text">What is appended to.</param>
    /// <param name="program">The program.</param>
    /// <param name="index">Slot of the instruction.</param>
    /// <param name="dialect">The dialect.</param>
    /// <param name="symbol">See <see cref="Format(ReadOnlySpan{Instruction}, int, InstructionDialect, string?)"/>.</param>
    public static void Append(
        StringBuilder text, ReadOnlySpan<Instruction> program, int index, InstructionDialect dialect, string? symbol = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        Instruction instruction = program[index];
        if (HasNoText(program, index))
        {
            AppendRaw(text, instruction);
            return;
        }

        if (dialect == InstructionDialect.Kernel)
            text.Append(Culture, $"({instruction.Opcode:x2}) ");
        var line = new Line(text, dialect, symbol, index);
        switch (instruction.Class)
        {
            case Opcode.Alu or Opcode.Alu64:
                AppendArithmetic(line, instruction);
                break;
            case Opcode.Jmp or Opcode.Jmp32:
                AppendJump(line, instruction);
                break;
            case Opcode.Ld when instruction.IsWideLoad:
                AppendWideLoad(line, instruction, program[index + 1]);
                break;
            default:
                AppendMemory(line, instruction);
                break;
        }
    }

    static bool HasNoText(ReadOnlySpan<Instruction> program, int index)
    {
        if (program[index].IsWideLoad && index + 1 == program.Length)
            return true;
        return InstructionChecks.Find(program, index) is
            InstructionFault.UnknownOpcode or InstructionFault.SourceNoKind or InstructionFault.OffsetNoVariant or
            InstructionFault.ImmediateNoVariant or InstructionFault.AtomicWidth or InstructionFault.SecondSlotReserved;
    }

    static void AppendRaw(StringBuilder text, Instruction instruction)
    {
        Span<byte> slot = stackalloc byte[Instruction.Size];
        InstructionDecoder.Encode(instruction, slot);
        text.Append(Culture, $".8byte 0x{System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(slot):x16}");
    }

    static void AppendArithmetic(Line line, in Instruction instruction)
    {
        char bank = instruction.Class == Opcode.Alu64 ? 'r' : 'w';
        switch (instruction.Operation)
        {
            case Opcode.End:
                line.Register('r', instruction.Destination).Text(" = ").Text(ByteOrder(instruction)).Number(instruction.Immediate);
                line.Text(" ").Register('r', instruction.Destination);
                return;
            case Opcode.Neg:
                line.Register(bank, instruction.Destination).Text(" = -").Register(bank, instruction.Destination);
                return;
            case Opcode.Mov when instruction.UsesSourceRegister && instruction.Offset == 1:
                line.Register(bank, instruction.Destination).Text(" = addr_space_cast(").Register(bank, instruction.Source);
                line.Text(", ").Immediate(instruction.Immediate >> 16).Text(", ").Immediate(instruction.Immediate & 0xffff).Text(")");
                return;
            case Opcode.Mov when instruction.UsesSourceRegister && instruction.Offset != 0:
                line.Register(bank, instruction.Destination).Text(" = (s").Number(instruction.Offset).Text(")").Register(bank, instruction.Source);
                return;
        }

        bool signed = instruction.Offset == 1 && (instruction.Operation is Opcode.Div or Opcode.Mod);
        line.Register(bank, instruction.Destination).Text(signed ? " s" : " ").Text(InstructionWords.Arithmetic(instruction.Operation)).Text(" ");
        if (instruction.UsesSourceRegister)
            line.Register(bank, instruction.Source);
        else
            line.Immediate(instruction.Immediate);
    }

    static string ByteOrder(in Instruction instruction)
    {
        if (instruction.Class == Opcode.Alu64)
            return "bswap";
        return instruction.UsesSourceRegister ? "be" : "le";
    }

    static void AppendJump(Line line, in Instruction instruction)
    {
        switch (instruction.Operation)
        {
            case Opcode.Ja:
                line.Text(instruction.IsLongJump ? "gotol " : "goto ").Target(instruction);
                return;
            case Opcode.Jcond:
                line.Text("may_goto ").Target(instruction);
                return;
            case Opcode.Exit:
                line.Text("exit");
                return;
            case Opcode.Call:
                AppendCall(line, instruction);
                return;
        }

        char bank = instruction.Class == Opcode.Jmp ? 'r' : 'w';
        line.Text("if ").Register(bank, instruction.Destination).Text(" ").Text(InstructionWords.Comparison(instruction.Operation)).Text(" ");
        if (instruction.UsesSourceRegister)
            line.Register(bank, instruction.Source);
        else if (line.IsKernel)
            line.Text("0x").Hex((uint)instruction.Immediate);
        else
            line.Immediate(instruction.Immediate);
        line.Text(" goto ").Target(instruction);
    }

    static void AppendCall(Line line, in Instruction instruction)
    {
        if (instruction.IsRegisterCall)
            line.Text("callx ").Register('r', instruction.Destination);
        else if (!line.IsKernel)
            line.Text("call ").Immediate(instruction.Immediate);
        else if (instruction.IsProgramCall)
            line.Text("call pc").SignedNumber(instruction.Immediate);
        else if (instruction.IsKfuncCall)
            AppendKfuncCall(line, instruction);
        else if (HelperCatalog.NameOf(instruction.Immediate) is { } name)
            line.Text("call bpf_").Text(name).Text("#").Number(instruction.Immediate);
        else
            line.Text("call unknown#").Number(instruction.Immediate);
    }

    static void AppendKfuncCall(Line line, in Instruction instruction)
    {
        line.Text("call kfunc#").Number(instruction.Immediate);
        if (instruction.Offset != 0)
            line.Text("@").Number(instruction.Offset);
    }
}
