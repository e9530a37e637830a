// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace NopTap.Isa;

public static partial class InstructionFormatter
{
    static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    // The parts of a line; whatever differs between the dialects in all instructions is decided here.
    readonly struct Line(StringBuilder text, InstructionDialect dialect, string? symbol, int index)
    {
        internal bool IsKernel => dialect == InstructionDialect.Kernel;

        internal Line Text(string part)
        {
            text.Append(part);
            return this;
        }

        internal Line Register(char bank, Register register)
        {
            text.Append(bank).Append((int)register);
            return this;
        }

        // Values of atomic operations: the kernel always writes r, LLVM writes w for less than 8 bytes.
        internal Line Bank(in Instruction instruction, Register register) =>
            Register(IsKernel || instruction.AccessSize == 8 ? 'r' : 'w', register);

        internal Line Number(int value)
        {
            text.Append(Culture, $"{value}");
            return this;
        }

        internal Line SignedNumber(int value)
        {
            if (value >= 0)
                text.Append('+');
            return Number(value);
        }

        internal Line Hex(ulong value)
        {
            text.Append(Culture, $"{value:x}");
            return this;
        }

        internal Line Immediate(long value)
        {
            if (IsKernel)
            {
                text.Append(Culture, $"{value}");
                return this;
            }

            text.Append(value < 0 ? "-0x" : "0x");
            return Hex(value < 0 ? unchecked((ulong)-value) : (ulong)value);
        }

        internal Line Cell(in Instruction instruction, char sign = 'u')
        {
            text.Append('(').Append(sign).Append(instruction.AccessSize * 8).Append(" *)");
            return this;
        }

        internal Line Address(Register register, short offset)
        {
            text.Append('(');
            return Register('r', register).Displacement(offset).Text(")");
        }

        // (r1 +4) in the kernel, (r1 + 0x4) in LLVM.
        internal Line Displacement(short offset)
        {
            text.Append(offset < 0 ? " -" : " +").Append(IsKernel ? "" : " ");
            return Immediate(Math.Abs((int)offset));
        }

        internal Line Target(in Instruction instruction)
        {
            int distance = instruction.IsLongJump ? instruction.Immediate : instruction.Offset;
            if (IsKernel)
                return Text("pc").SignedNumber(distance);
            text.Append(distance < 0 ? "" : "+");
            Immediate(distance);
            if (symbol is null)
                return this;
            long target = (long)instruction.JumpTarget(index) * Instruction.Size;
            text.Append(" <").Append(symbol);
            if (target != 0)
                text.Append(target < 0 ? "" : "+");
            return target == 0 ? Text(">") : Immediate(target).Text(">");
        }
    }
}
