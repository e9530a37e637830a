// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Jit;

sealed partial class FunctionLowering
{
    void LowerLoad(in Instruction instruction)
    {
        Gpr destination = Of(instruction.Destination);
        Gpr address = Of(instruction.Source);
        if (instruction.Mode == Opcode.MemSx)
            _writer.LoadSigned(instruction.AccessSize, destination, address, instruction.Offset);
        else
            _writer.Load(instruction.AccessSize, destination, address, instruction.Offset);
    }

    void LowerWideLoad(int index, in Instruction instruction)
    {
        Gpr destination = Of(instruction.Destination);
        if (instruction.IsFunctionReference)
            _writer.LoadAddress(destination, _labels.Thunks[_labels.FunctionAt(instruction.CallTarget(index))]);
        else if (_labels.TryGetReference(index, out MapReference reference))
            _writer.MoveConstant(destination, AddressOf(reference));
        else
            _writer.MoveConstant(destination, instruction.WideImmediate(_program.Instructions[index + 1]));
    }

    ulong AddressOf(in MapReference reference) => reference.IsValue
        ? (ulong)_request.MapValues[reference.MapIndex] + reference.Offset
        : (ulong)_request.Maps[reference.MapIndex];

    // Plain loads and stores of x86 have acquire and release order (Intel SDM volume 3, section 9.2.2).
    void LowerAtomic(int index, in Instruction instruction)
    {
        Gpr source = Of(instruction.Source);
        Gpr address = Of(instruction.Destination);
        Width width = WidthOf(instruction.AccessSize == 8);
        int displacement = instruction.Offset;
        switch (instruction.Immediate)
        {
            case AtomicOperation.LoadAcquire:
                _writer.Load(instruction.AccessSize, address, source, displacement);
                break;
            case AtomicOperation.StoreRelease:
                _writer.Store(instruction.AccessSize, source, address, displacement);
                break;
            case AtomicOperation.Add | AtomicOperation.Fetch:
                _writer.LockedExchangeAdd(width, source, address, displacement);
                break;
            case AtomicOperation.Exchange:
                _writer.Exchange(width, source, address, displacement);
                break;
            case AtomicOperation.CompareExchange:
                _writer.LockedCompareExchange(width, source, address, displacement);
                ClearUpperHalf(width, Gpr.Rax);
                break;
            case AtomicOperation.Or | AtomicOperation.Fetch or AtomicOperation.And | AtomicOperation.Fetch
                or AtomicOperation.Xor | AtomicOperation.Fetch:
                EmitFetchLoop(index, LogicOf(instruction), width, source, address, displacement);
                break;
            default:
                _writer.LockedBinary(LogicOf(instruction), width, source, address, displacement);
                break;
        }
    }

    static BinaryOperation LogicOf(in Instruction instruction) => (instruction.Immediate & ~AtomicOperation.Fetch) switch
    {
        AtomicOperation.Add => BinaryOperation.Add,
        AtomicOperation.Or => BinaryOperation.Or,
        AtomicOperation.And => BinaryOperation.And,
        AtomicOperation.Xor => BinaryOperation.Xor,
        _ => throw Unknown(instruction),
    };

    // x86 can fetch the old value only with add; the others try until nobody came between.
    void EmitFetchLoop(int index, BinaryOperation operation, Width width, Gpr source, Gpr address, int displacement)
    {
        const Gpr saved = MachineRegisters.Scratch2;
        const Gpr updated = MachineRegisters.Scratch1;
        if (source == Gpr.Rax || address == Gpr.Rax || IsLiveAfter(index, Register.R0))
            _writer.Move(Width.Bits64, saved, Gpr.Rax);
        Gpr operand = source == Gpr.Rax ? saved : source;
        Gpr target = address == Gpr.Rax ? saved : address;
        Label again = _writer.NewLabel();
        _writer.Load(width == Width.Bits64 ? 8 : 4, Gpr.Rax, target, displacement);
        _writer.Bind(again);
        _writer.Move(width, updated, Gpr.Rax);
        _writer.Binary(operation, width, updated, operand);
        _writer.LockedCompareExchange(width, updated, target, displacement);
        _writer.JumpIf(Condition.NotEqual, again);
        if (source == Gpr.Rax)
            return;
        _writer.Move(width, source, Gpr.Rax);
        if (IsLiveAfter(index, Register.R0))
            _writer.Move(Width.Bits64, Gpr.Rax, saved);
    }
}
