// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    // Offsets of packets are 16 bits wide in the kernel; larger ones give no knowledge.
    const int MaxPacketOffset = 0xffff;

    Step MayGoto(int slot, in Instruction instruction)
    {
        // Jumping ends the loop; going on is the next round.
        PathState round = Fork(slot + 1);
        round.CountedRounds++;
        // The newest checkpoint is this round's own.
        Widen(round, slot, round.Parent!.Parent);
        if (!FollowEarlyExits(instruction))
            return Step.Refused;
        _path.Slot = instruction.JumpTarget(slot);
        return Step.Next;
    }

    Step Branch(int slot, in Instruction instruction)
    {
        if (!IsWritten(instruction.Destination) || (instruction.UsesSourceRegister && !IsWritten(instruction.Source)))
            return Step.Refused;
        bool wide = instruction.Class == Opcode.Jmp;
        RegisterState left = R(instruction.Destination);
        RegisterState right = instruction.UsesSourceRegister
            ? R(instruction.Source)
            : RegisterState.Constant(wide ? (ulong)(long)instruction.Immediate : (uint)instruction.Immediate);
        if (left.IsScalar && right.IsScalar)
            BranchOnNumbers(slot, instruction, left, right, wide);
        else if (wide)
            BranchOnAddresses(slot, instruction, left, right);
        else
            BranchBothWays(slot, instruction);
        return Step.Next;
    }

    void BranchBothWays(int slot, in Instruction instruction)
    {
        Fork(instruction.JumpTarget(slot));
        _path.Slot = slot + 1;
    }

    void BranchOneWay(int slot, in Instruction instruction, bool taken)
    {
        _precision.Mark(_path, (int)instruction.Destination);
        if (instruction.UsesSourceRegister)
            _precision.Mark(_path, (int)instruction.Source);
        _history[_path.History].Taken = taken;
        _facts.Ways[slot] |= taken ? ExplorationFacts.Taken : ExplorationFacts.Passed;
        _path.Slot = taken ? instruction.JumpTarget(slot) : slot + 1;
    }

    void BranchOnNumbers(int slot, in Instruction instruction, in RegisterState left, in RegisterState right, bool wide)
    {
        int outcome = ScalarBranch.Decide(instruction.Operation, left.Range, right.Range, wide);
        if (outcome >= 0)
        {
            BranchOneWay(slot, instruction, outcome == 1);
            return;
        }

        RegisterState leftTaken = left;
        RegisterState rightTaken = right;
        RegisterState leftNot = left;
        RegisterState rightNot = right;
        bool canTake = ScalarBranch.Refine(instruction.Operation, ref leftTaken.Range, ref rightTaken.Range, wide);
        bool canPass = ScalarBranch.RefineNot(instruction.Operation, ref leftNot.Range, ref rightNot.Range, wide);
        if (instruction.UsesSourceRegister && instruction.Destination == instruction.Source)
        {
            // Compared with itself: what is known of either side is known of both.
            canTake = canTake && ScalarBranch.Refine(Opcode.Jeq, ref leftTaken.Range, ref rightTaken.Range, wide: true);
            canPass = canPass && ScalarBranch.Refine(Opcode.Jeq, ref leftNot.Range, ref rightNot.Range, wide: true);
        }

        if (!canTake || !canPass)
        {
            _facts.ImpossibleBranches++;
            BranchOneWay(slot, instruction, canTake);
            if (canTake)
                Narrow(_path, instruction, leftTaken, rightTaken);
            else if (canPass)
                Narrow(_path, instruction, leftNot, rightNot);
            return;
        }

        LinkEqualNumbers(left.Id, right.Id);
        PathState taken = Fork(instruction.JumpTarget(slot));
        Narrow(taken, instruction, leftTaken, rightTaken);
        Narrow(_path, instruction, leftNot, rightNot);
        _path.Slot = slot + 1;
    }

    static void Narrow(PathState path, in Instruction instruction, in RegisterState left, in RegisterState right)
    {
        FrameState frame = path.Frame;
        frame.R[(int)instruction.Destination] = left;
        if (instruction.UsesSourceRegister)
            frame.R[(int)instruction.Source] = right;
        if (left.Id != 0)
            NarrowEqual(path, left);
        if (right.Id != 0 && right.Id != left.Id)
            NarrowEqual(path, right);
    }

    static void NarrowEqual(PathState path, in RegisterState number)
    {
        for (int f = 0; f <= path.Depth; f++)
        {
            FrameState frame = path.Frames[f]!;
            for (int register = 0; register < 10; register++)
            {
                if (frame.R[register].IsScalar && SameId(frame.R[register], number.Id))
                    frame.R[register].Range = number.Range;
            }

            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (SlotKinds.HasSpill(frame.Kinds[slot]) && frame.Spill(slot).IsScalar && SameId(frame.Spill(slot), number.Id))
                    frame.Spill(slot).Range = number.Range;
            }
        }
    }

    // A test of one number says something of its copies: if one of them matters later, the others do here.
    void LinkEqualNumbers(int left, int right)
    {
        if (left == 0 && right == 0)
            return;
        Span<int> places = stackalloc int[64];
        int count = 0;
        for (int f = 0; f <= _path.Depth; f++)
        {
            FrameState frame = _path.Frames[f]!;
            for (int register = 0; register < 10; register++)
            {
                if (frame.R[register].IsScalar && (SameId(frame.R[register], left) || SameId(frame.R[register], right)) && count < places.Length)
                    places[count++] = PlaceSet.RegisterPlace(f, register);
            }

            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (SlotKinds.HasSpill(frame.Kinds[slot]) && frame.Spill(slot).IsScalar
                    && (SameId(frame.Spill(slot), left) || SameId(frame.Spill(slot), right)) && count < places.Length)
                {
                    places[count++] = PlaceSet.SlotPlace(f, slot);
                }
            }
        }

        if (count > 1)
            _history.Link(_path.History, places[..count].ToArray());
    }

    void BranchOnAddresses(int slot, in Instruction instruction, in RegisterState left, in RegisterState right)
    {
        byte operation = instruction.Operation;
        if (operation is Opcode.Jeq or Opcode.Jne && (right.IsNull || left.IsNull))
        {
            BranchOnNull(slot, instruction, left.IsNull ? right : left);
            return;
        }

        int outcome = IsPacketBound(left, right) ? PacketDecided(operation, left) : IsPacketBound(right, left) ? PacketDecided(Mirror(operation), right) : -1;
        if (outcome >= 0)
        {
            BranchOneWay(slot, instruction, outcome == 1);
            return;
        }

        PathState taken = Fork(instruction.JumpTarget(slot));
        _path.Slot = slot + 1;
        if (operation is Opcode.Jeq or Opcode.Jne)
            EqualAddresses(operation == Opcode.Jeq ? taken : _path, left, right);
        if (IsPacketBound(left, right))
            PacketCompared(operation, taken, _path, left, instruction.Destination);
        else if (IsPacketBound(right, left))
            PacketCompared(Mirror(operation), taken, _path, right, instruction.Source);
    }

    // What equals an address that cannot be null is not null either.
    static void EqualAddresses(PathState path, in RegisterState left, in RegisterState right)
    {
        if (left.Nullable && (IsNeverNull(right) || right is { Kind: RegisterKind.XdpSocket, Nullable: false }))
            SettleNull(path, left.Id, isNull: false);
        else if (right.Nullable && (IsNeverNull(left) || left is { Kind: RegisterKind.XdpSocket, Nullable: false }))
            SettleNull(path, right.Id, isNull: false);
    }

    static bool IsNeverNull(in RegisterState address) =>
        !address.Nullable
        && (address.Kind is RegisterKind.MapValue or RegisterKind.MapKey or RegisterKind.Map || address.IsGivenMemory
            || address.Kind is RegisterKind.SocketCommon or RegisterKind.Socket or RegisterKind.TcpSocket);

    void BranchOnNull(int slot, in Instruction instruction, in RegisterState address)
    {
        bool jumpsIfNull = instruction.Operation == Opcode.Jeq;
        if (!address.Nullable)
        {
            // These cannot be null; of others nothing is claimed, so that both ways are looked at.
            if (IsNeverNull(address))
                BranchOneWay(slot, instruction, !jumpsIfNull);
            else
                BranchBothWays(slot, instruction);
            return;
        }

        PathState taken = Fork(instruction.JumpTarget(slot));
        _path.Slot = slot + 1;
        SettleNull(jumpsIfNull ? taken : _path, address.Id, isNull: true);
        SettleNull(jumpsIfNull ? _path : taken, address.Id, isNull: false);
    }

    static void SettleNull(PathState path, int id, bool isNull)
    {
        int reference = 0;
        for (int f = 0; f <= path.Depth; f++)
        {
            FrameState frame = path.Frames[f]!;
            for (int register = 0; register < 10; register++)
                SettleOne(ref frame.R[register], id, isNull, ref reference);
            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (frame.Kinds[slot] == SlotKinds.Spill)
                    SettleOne(ref frame.Spill(slot), id, isNull, ref reference);
            }
        }

        // There is nothing to give back where nothing was handed out.
        if (isNull && reference != 0)
            path.DropReference(reference);
    }

    static void SettleOne(ref RegisterState register, int id, bool isNull, ref int reference)
    {
        if (!register.Nullable || register.Id != id)
            return;
        // What was made of a reference by a cast may be null while the reference is held.
        if (register.Reference == id)
            reference = id;
        if (isNull)
        {
            register = RegisterState.Constant(0);
            return;
        }

        register.Nullable = false;
        register.Id = 0;
    }

    // An address in the packet against its end, or one in the metadata against the packet's start.
    static bool IsPacketBound(in RegisterState address, in RegisterState bound) =>
        (address.Kind == RegisterKind.Packet && bound.Kind == RegisterKind.PacketEnd)
        || (address.Kind == RegisterKind.PacketMeta && bound.Kind == RegisterKind.Packet && bound.Offset == 0 && bound.IsFixed && bound.Id == 0);

    static byte Mirror(byte operation) => operation switch
    {
        Opcode.Jgt => Opcode.Jlt,
        Opcode.Jge => Opcode.Jle,
        Opcode.Jlt => Opcode.Jgt,
        Opcode.Jle => Opcode.Jge,
        _ => operation,
    };

    // What a register that was found at the end of the packet or behind it knows instead of a size.
    const int AtEnd = -1;
    const int BeyondEnd = -2;

    // Compared once more: the outcome is known.
    static int PacketDecided(byte operation, in RegisterState address) => (operation, address.Size) switch
    {
        (Opcode.Jgt, BeyondEnd) or (Opcode.Jge, BeyondEnd or AtEnd) => 1,
        (Opcode.Jle, BeyondEnd) or (Opcode.Jlt, BeyondEnd or AtEnd) => 0,
        _ => -1,
    };

    static void PacketCompared(byte operation, PathState taken, PathState passed, in RegisterState address, Register register)
    {
        switch (operation)
        {
            case Opcode.Jgt:
                PacketKnown(passed, address, 0);
                FoundBehind(taken, register, BeyondEnd);
                break;
            case Opcode.Jge:
                PacketKnown(passed, address, 1);
                FoundBehind(taken, register, AtEnd);
                break;
            case Opcode.Jlt:
                PacketKnown(taken, address, 1);
                FoundBehind(passed, register, AtEnd);
                break;
            case Opcode.Jle:
                PacketKnown(taken, address, 0);
                FoundBehind(passed, register, BeyondEnd);
                break;
        }
    }

    static void FoundBehind(PathState path, Register register, int size)
    {
        ref RegisterState address = ref path.Frame.R[(int)register];
        if (address.Kind == RegisterKind.Packet)
            address.Size = size;
    }

    // address + beyond <= end: so many bytes behind the variable part exist, for every address with that part.
    static void PacketKnown(PathState path, in RegisterState address, int beyond)
    {
        if (address.Offset < 0 || (address.Offset == 0 && beyond != 0) || address.Range.UMax > MaxPacketOffset
            || address.Range.UMax + (ulong)address.Offset > MaxPacketOffset)
        {
            return;
        }

        int size = address.Offset + beyond;
        for (int f = 0; f <= path.Depth; f++)
        {
            FrameState frame = path.Frames[f]!;
            for (int register = 0; register < 10; register++)
                Extend(ref frame.R[register], address, size);
            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (frame.Kinds[slot] == SlotKinds.Spill)
                    Extend(ref frame.Spill(slot), address, size);
            }
        }
    }

    static void Extend(ref RegisterState register, in RegisterState address, int size)
    {
        if (register.Kind == address.Kind && register.Id == address.Id)
            register.Size = Math.Max(register.Size, size);
    }
}
