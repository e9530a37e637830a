// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz;

// Arithmetic, moves and byte orders: all operations of both widths with both kinds of operand.
public sealed partial class ProgramGenerator
{
    static readonly byte[] s_operations =
    [
        Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.Div, Opcode.Or, Opcode.And, Opcode.Lsh, Opcode.Rsh, Opcode.Neg, Opcode.Mod, Opcode.Xor,
        Opcode.Mov, Opcode.Arsh, Opcode.End,
    ];

    void WriteArithmetic()
    {
        byte operation = _random.Pick<byte>(s_operations);
        byte width = _random.Chance(50) ? Opcode.Alu64 : Opcode.Alu;
        Register destination = AnyWritable();
        switch (operation)
        {
            case Opcode.Neg:
                Emit(new((byte)(width | operation), destination, 0, 0, 0));
                break;
            case Opcode.End:
                byte order = width == Opcode.Alu && _random.Chance(50) ? Opcode.X : Opcode.K;
                Emit(new((byte)(width | operation | order), destination, 0, 0, 16 << _random.Below(3)));
                break;
            default:
                WriteBinary(operation, width, destination);
                break;
        }
    }

    void WriteBinary(byte operation, byte width, Register destination)
    {
        bool isDivision = operation is Opcode.Div or Opcode.Mod;
        short variant = isDivision && _random.Chance(50) ? (short)1 : (short)0;
        if (_random.Chance(60))
        {
            if (operation == Opcode.Mov && _random.Chance(60))
                variant = (short)(8 << _random.Below(width == Opcode.Alu64 ? 3 : 2));
            Emit(new((byte)(width | operation | Opcode.X), destination, AnyNumber(), variant, 0));
            return;
        }

        // The kernel refuses constants that divide by zero or shift too far.
        int constant = (int)_random.Value();
        if (isDivision && constant == 0)
            constant = 3;
        if (operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh)
            constant = _random.Below(width == Opcode.Alu64 ? 64 : 32);
        Emit(new((byte)(width | operation), destination, 0, variant, constant));
    }
}
