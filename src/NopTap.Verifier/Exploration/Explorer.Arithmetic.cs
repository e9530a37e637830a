// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    // Offsets beyond this cannot lead into any memory (the kernel's BPF_MAX_VAR_OFF).
    const long MaxOffset = 1L << 29;

    bool Arithmetic(in Instruction instruction)
    {
        bool wide = instruction.Class == Opcode.Alu64;
        if (instruction.Operation == Opcode.Mov)
            return Move(instruction, wide);
        if (!IsWritten(instruction.Destination))
            return false;
        ref RegisterState destination = ref R(instruction.Destination);
        if (instruction.Operation == Opcode.End)
        {
            int bytes = instruction.Immediate / 8;
            bool truncates = instruction.Class == Opcode.Alu && !instruction.UsesSourceRegister;
            destination = RegisterState.Number(
                !destination.IsScalar ? ScalarRange.OfBytes(bytes) : truncates ? destination.Range.Truncate(bytes) : destination.Range.SwapBytes(bytes));
            return true;
        }

        if (instruction.Operation == Opcode.Neg)
        {
            ScalarRange zero = ScalarRange.Constant(0);
            destination = destination.IsScalar ? RegisterState.Number(ScalarArithmetic.Apply(Opcode.Sub, zero, destination.Range, wide)) : RegisterState.Unknown;
            return true;
        }

        return Binary(instruction, ref destination, wide);
    }

    bool Move(in Instruction instruction, bool wide)
    {
        ref RegisterState destination = ref R(instruction.Destination);
        if (!instruction.UsesSourceRegister)
        {
            destination = RegisterState.Constant(wide ? (ulong)(long)instruction.Immediate : (uint)instruction.Immediate);
            return true;
        }

        if (!IsWritten(instruction.Source))
            return false;
        ref RegisterState source = ref R(instruction.Source);
        if (wide && instruction.Offset == 1)
            return Refuse(VerifierDiagnostics.BadPointerArithmetic, "address-space cast, but no arena is there to cast into", "use maps instead of an arena");
        if (wide && instruction.Offset == 0)
        {
            NameNumber(ref source);
            destination = source;
            return true;
        }

        // Half of an address is a number.
        if (!source.IsScalar)
        {
            destination = RegisterState.Number(wide ? ScalarRange.Unknown.SignExtend(instruction.Offset) : ScalarRange.OfBytes(4));
            return true;
        }

        if (instruction.Offset == 0)
        {
            bool same = source.Range.UMax <= uint.MaxValue;
            if (same)
                NameNumber(ref source);
            int id = same ? source.Id : 0;
            destination = RegisterState.Number(source.Range.ZeroExtend32());
            destination.Id = id;
            return true;
        }

        ScalarRange extended = wide ? source.Range.SignExtend(instruction.Offset) : source.Range.SignExtend32(instruction.Offset);
        // What has no sign to extend is the same number still.
        bool unchanged = source.Range.UMax < 1UL << (instruction.Offset - 1);
        if (unchanged)
            NameNumber(ref source);
        int name = unchanged ? source.Id : 0;
        destination = RegisterState.Number(extended);
        destination.Id = name;
        return true;
    }

    // Equal numbers share a name, so that a test of one narrows the others; constants need none.
    void NameNumber(ref RegisterState register)
    {
        if (register.IsScalar && register.Id == 0 && !register.Range.IsConstant)
            register.Id = NewId();
    }

    bool Binary(in Instruction instruction, ref RegisterState destination, bool wide)
    {
        RegisterState operand;
        if (instruction.UsesSourceRegister)
        {
            if (!IsWritten(instruction.Source))
                return false;
            operand = R(instruction.Source);
        }
        else
        {
            if (!ConstantFits(instruction, wide))
                return false;
            operand = RegisterState.Constant(wide ? (ulong)(long)instruction.Immediate : (uint)instruction.Immediate);
        }

        if (destination.IsScalar && operand.IsScalar)
        {
            if (instruction.Operation is Opcode.And or Opcode.Or && operand.Range.IsConstant)
                SplitMask(ref destination);
            destination = RegisterState.Number(ScalarArithmetic.Apply(instruction.Operation, destination.Range, operand.Range, wide));
            return true;
        }

        return AddressArithmetic(instruction, ref destination, operand, wide);
    }

    // All ones or all zeros, as an arithmetic shift leaves them, are each followed on their own: what the mask selects is a constant then.
    void SplitMask(ref RegisterState mask)
    {
        ScalarRange range = mask.Range;
        bool wide = range.SMin == -1 && range.SMax == 0;
        if (!wide && (range.SMin32 != -1 || range.SMax32 != 0))
            return;
        ref RegisterState zeros = ref Fork(_path.Slot).Frame.R[(int)_code[_path.Slot].Destination];
        SetLow(ref zeros.Range, 0, wide);
        SetLow(ref mask.Range, ulong.MaxValue, wide);
    }

    static void SetLow(ref ScalarRange range, ulong value, bool wide)
    {
        if (wide)
        {
            range = ScalarRange.Constant(value);
            return;
        }

        range.Bits = range.Bits.WithLow32(Tnum.Constant((uint)value));
        (range.UMin32, range.UMax32) = ((uint)value, (uint)value);
        (range.SMin32, range.SMax32) = ((int)value, (int)value);
        range.Sync();
    }

    bool ConstantFits(in Instruction instruction, bool wide)
    {
        if (instruction.Operation is Opcode.Div or Opcode.Mod && instruction.Immediate == 0)
            return Refuse(VerifierDiagnostics.BadConstant, "division by the constant 0", "divide by something else");
        int width = wide ? 64 : 32;
        bool shift = instruction.Operation is Opcode.Lsh or Opcode.Rsh or Opcode.Arsh;
        return !shift || (uint)instruction.Immediate < width
            || Refuse(VerifierDiagnostics.BadConstant, $"shift of {width} bits by the constant {instruction.Immediate}", $"shift by 0 to {width - 1}");
    }

    bool AddressArithmetic(in Instruction instruction, ref RegisterState destination, in RegisterState operand, bool wide)
    {
        int blamed = (int)(destination.IsPointer ? instruction.Destination : instruction.Source);
        bool subtract = instruction.Operation == Opcode.Sub;
        if (destination.IsPointer && operand.IsPointer)
        {
            if (!subtract)
                return RefuseArithmetic($"two addresses are combined: {Say(destination)}, and {Say(operand)}", "subtract them, or add numbers to one", blamed);
            destination = RegisterState.Unknown;
            return true;
        }

        if (!wide)
        {
            if (!subtract)
                return RefuseArithmetic("32-bit arithmetic on an address", "use 64-bit variables for addresses", blamed);
            destination = RegisterState.Number(ScalarRange.OfBytes(4));
            return true;
        }

        if (instruction.Operation is not (Opcode.Add or Opcode.Sub))
            return RefuseArithmetic($"arithmetic other than + and - on {Say(destination.IsPointer ? destination : operand)}", "compute with offsets and add them last", blamed);
        if (subtract && !destination.IsPointer)
            return RefuseArithmetic("an address is subtracted from a number", "subtract the number from the address", blamed);
        if (subtract && destination.Kind == RegisterKind.Stack)
            return RefuseArithmetic("a number is subtracted from an address in the stack", "add its negative", blamed);
        RegisterState address = destination.IsPointer ? destination : operand;
        RegisterState number = destination.IsPointer ? operand : destination;
        if (!CanMove(address, number, blamed))
            return false;
        if (instruction.UsesSourceRegister)
            _precision.Mark(_path, (int)(destination.IsPointer ? instruction.Source : instruction.Destination));
        MoveAddress(ref address, number.Range, subtract);
        if (!InReach(address, blamed))
            return false;
        destination = address;
        if (address.Kind == RegisterKind.Stack)
            NoteDepth(address, 0);
        return true;
    }

    bool CanMove(in RegisterState address, in RegisterState number, int blamed)
    {
        bool zero = number.Range.IsConstant && number.Range.Value == 0;
        if (address.Nullable)
        {
            return Refuse(
                VerifierDiagnostics.MayBeNull, $"arithmetic on r{blamed}, {Say(address)}", $"test r{blamed} for null before adding to it", blamed);
        }

        if (address.IsSocket || address.Kind is RegisterKind.PacketEnd or RegisterKind.TargetContext
            || (address.Kind is RegisterKind.Map or RegisterKind.Function && !zero))
        {
            return RefuseArithmetic($"arithmetic on r{blamed}, {Say(address)}", "nothing can be added to it", blamed);
        }

        if (number.Range.IsConstant && (long)number.Range.Value is >= MaxOffset or <= -MaxOffset)
            return RefuseArithmetic($"{number.Range} is added to {Say(address)}", "stay within the memory that the address belongs to", blamed);
        if (number.Range.SMin is >= MaxOffset or <= -MaxOffset)
        {
            return RefuseArithmetic(
                $"{Say(number)} is added to {RegisterText.Name(address.Kind)}", "use an unsigned variable, or test that it is neither negative nor large", blamed);
        }

        return true;
    }

    void MoveAddress(ref RegisterState address, in ScalarRange number, bool subtract)
    {
        long moved = address.Offset + (subtract ? -(long)number.Value : (long)number.Value);
        if (number.IsConstant && moved == (int)moved)
        {
            address.Offset = (int)moved;
            return;
        }

        address.Range = ScalarArithmetic.Apply(subtract ? Opcode.Sub : Opcode.Add, address.Range, number, wide: true);
        if (address.Kind is RegisterKind.Packet or RegisterKind.PacketMeta)
        {
            // A new variable part: what was compared with the end says nothing of it.
            address.Id = NewId();
            address.Size = 0;
        }
    }

    bool InReach(in RegisterState address, int blamed)
    {
        if (address.Range.SMin == long.MinValue)
        {
            return RefuseArithmetic(
                $"a number without lower bound is added to {RegisterText.Name(address.Kind)}", "use an unsigned variable, or test that it is not negative", blamed);
        }

        bool far = address.Offset is >= (int)MaxOffset or <= (int)-MaxOffset || address.Range.SMin is >= MaxOffset or <= -MaxOffset;
        return !far || RefuseArithmetic($"r{blamed} becomes {Say(address)}", "stay within the memory that the address belongs to", blamed);
    }

    bool RefuseArithmetic(string what, string hint, int blamed) => Refuse(VerifierDiagnostics.BadPointerArithmetic, what, hint, blamed);
}
