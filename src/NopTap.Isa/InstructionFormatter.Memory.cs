// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

public static partial class InstructionFormatter
{
    static void AppendWideLoad(Line line, in Instruction instruction, in Instruction second)
    {
        if (!line.IsKernel && instruction.Source != 0)
        {
            line.Text("ld_pseudo\t").Register('r', instruction.Destination).Text(", ").Immediate((byte)instruction.Source);
            line.Text(", ").Immediate(instruction.Immediate);
            return;
        }

        line.Register('r', instruction.Destination).Text(" = ");
        if (!line.IsKernel)
        {
            line.Immediate((long)instruction.WideImmediate(second)).Text(" ll");
            return;
        }

        switch ((byte)instruction.Source)
        {
            case PseudoSource.MapFd:
                line.Text("map[fd:").Number(instruction.Immediate).Text("]");
                break;
            case PseudoSource.MapValue:
                line.Text("map[fd:").Number(instruction.Immediate).Text("][0]").SignedNumber(second.Immediate);
                break;
            case PseudoSource.MapIndex:
                line.Text("map[idx:").Number(instruction.Immediate).Text("]");
                break;
            case PseudoSource.MapIndexValue:
                line.Text("map[idx:").Number(instruction.Immediate).Text("][0]").SignedNumber(second.Immediate);
                break;
            case PseudoSource.BtfId:
                line.Text("btf[").Number(instruction.Immediate).Text("]").SignedNumber(second.Immediate);
                break;
            case PseudoSource.Function when second.Immediate == 0:
                line.Text("subprog[").SignedNumber(instruction.Immediate).Text("]");
                break;
            case PseudoSource.Function:
                line.Text("subprog[").SignedNumber(instruction.Immediate).Text("]").SignedNumber(second.Immediate);
                break;
            default:
                line.Text("0x").Hex(instruction.WideImmediate(second));
                break;
        }
    }

    static void AppendMemory(Line line, in Instruction instruction)
    {
        switch (instruction.Class)
        {
            case Opcode.Ld:
                AppendPacketLoad(line, instruction);
                break;
            case Opcode.Ldx:
                line.Register('r', instruction.Destination).Text(" = *").Cell(instruction, instruction.Mode == Opcode.MemSx ? 's' : 'u');
                line.Address(instruction.Source, instruction.Offset);
                break;
            case Opcode.St:
                line.Text("*").Cell(instruction).Address(instruction.Destination, instruction.Offset).Text(" = ").Immediate(instruction.Immediate);
                break;
            default:
                if (instruction.IsAtomic)
                    AppendAtomic(line, instruction);
                else
                    line.Text("*").Cell(instruction).Address(instruction.Destination, instruction.Offset).Text(" = ").Register('r', instruction.Source);
                break;
        }
    }

    static void AppendPacketLoad(Line line, in Instruction instruction)
    {
        line.Text("r0 = *").Cell(instruction).Text("skb[");
        if (instruction.Mode == Opcode.Ind)
            line.Register('r', instruction.Source).Text(line.IsKernel ? " + " : "");
        if (instruction.Mode == Opcode.Abs || line.IsKernel)
            line.Immediate(instruction.Immediate);
        line.Text("]");
    }

    static void AppendAtomic(Line line, in Instruction instruction)
    {
        switch (instruction.Immediate)
        {
            case AtomicOperation.LoadAcquire:
                line.Bank(instruction, instruction.Destination).Text(" = load_acquire(").Cell(instruction);
                line.Address(instruction.Source, instruction.Offset).Text(")");
                break;
            case AtomicOperation.StoreRelease:
                line.Text("store_release(").Cell(instruction).Address(instruction.Destination, instruction.Offset);
                line.Text(", ").Bank(instruction, instruction.Source).Text(")");
                break;
            case AtomicOperation.Exchange or AtomicOperation.CompareExchange:
                AppendExchange(line, instruction);
                break;
            default:
                AppendAtomicArithmetic(line, instruction);
                break;
        }
    }

    static void AppendAtomicArithmetic(Line line, in Instruction instruction)
    {
        int operation = instruction.Immediate & ~AtomicOperation.Fetch;
        if ((instruction.Immediate & AtomicOperation.Fetch) == 0)
        {
            line.Text("lock *").Cell(instruction).Address(instruction.Destination, instruction.Offset);
            line.Text(" ").Text(InstructionWords.Arithmetic((byte)operation)).Text(" ").Bank(instruction, instruction.Source);
            return;
        }

        bool wide = line.IsKernel && instruction.AccessSize == 8;
        line.Bank(instruction, instruction.Source).Text(wide ? " = atomic64_fetch_" : " = atomic_fetch_").Text(InstructionWords.Atomic(operation));
        line.Text("(").Cell(instruction).Address(instruction.Destination, instruction.Offset);
        line.Text(", ").Bank(instruction, instruction.Source).Text(")");
    }

    static void AppendExchange(Line line, in Instruction instruction)
    {
        bool compare = instruction.Immediate == AtomicOperation.CompareExchange;
        bool wide = instruction.AccessSize == 8;
        line.Bank(instruction, compare ? Register.R0 : instruction.Source).Text(" = ");
        if (line.IsKernel)
        {
            line.Text(wide ? "atomic64_" : "atomic_").Text(compare ? "cmpxchg(" : "xchg(").Cell(instruction);
            line.Address(instruction.Destination, instruction.Offset);
        }
        else
        {
            line.Text(compare ? "cmpxchg" : "xchg").Text(wide ? "_64(" : "32_32(");
            line.Register('r', instruction.Destination).Displacement(instruction.Offset);
        }

        line.Text(", ");
        if (compare)
            line.Bank(instruction, Register.R0).Text(", ");
        line.Bank(instruction, instruction.Source).Text(")");
    }
}
