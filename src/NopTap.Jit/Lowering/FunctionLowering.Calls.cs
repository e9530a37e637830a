// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Jit;

sealed partial class FunctionLowering
{
    void LowerCall(int index, in Instruction instruction)
    {
        if (instruction.IsProgramCall)
            _writer.Call(_labels.Functions[_labels.FunctionAt(instruction.CallTarget(index))]);
        else if (instruction.IsRegisterCall)
            EmitRegisterCall(Of(instruction.Destination));
        else if (instruction.IsHelperCall)
            LowerHelperCall(index, instruction.Immediate);
        else
            throw Unknown(instruction);
    }

    void LowerHelperCall(int index, int helper)
    {
        switch ((HelperId)helper)
        {
            case HelperId.TailCall:
                EmitTailCall();
                break;
            case HelperId.GetSmpProcessorId:
                _writer.Load(4, Gpr.Rax, MachineRegisters.ThreadBlock, ThreadBlock.ProcessorOffset);
                break;
            case HelperId.GetAttachCookie:
                _writer.Load(8, Gpr.Rax, MachineRegisters.ThreadBlock, ThreadBlock.CookieOffset);
                break;
            case HelperId.Loop:
                _writer.Call(_labels.Use(Routine.Loop));
                break;
            case HelperId.KtimeGetNs when Has(InternalHelpers.ClockGetTime):
                _writer.Call(_labels.Use(Routine.Clock));
                break;
            case HelperId.RingbufReserve when Has(InternalHelpers.WakeConsumer) && Has(helper):
                _writer.Call(_labels.Use(Routine.Reserve));
                break;
            case HelperId.RingbufSubmit when Has(InternalHelpers.WakeConsumer):
                _writer.Call(_labels.Use(Routine.Submit));
                break;
            case HelperId.RingbufDiscard when Has(InternalHelpers.WakeConsumer):
                _writer.Call(_labels.Use(Routine.Discard));
                break;
            case HelperId.SpinLock when Has(InternalHelpers.WaitForLock):
                EmitSpinLock();
                break;
            case HelperId.SpinUnlock when Has(InternalHelpers.WaitForLock):
                _writer.StoreConstant(4, 0, Gpr.Rdi, 0);
                break;
            case HelperId.MapLookupElem when TryEmitLookup(_program.Facts[index].MapIndex):
                break;
            case (HelperId)KernelFunctionId.IterNumNew:
                EmitNewNumbers();
                break;
            case (HelperId)KernelFunctionId.IterNumNext:
                EmitNextNumber();
                break;
            case (HelperId)KernelFunctionId.IterNumDestroy:
                _writer.StoreConstant(8, 0, Gpr.Rdi, 0);
                break;
            default:
                EmitHelperCall(helper);
                break;
        }
    }

    bool Has(int helper) => _request.Helpers.ContainsKey(helper);

    // Arguments stand where System V wants them; the thread block is the sixth.
    void EmitHelperCall(int helper)
    {
        if (!_request.Helpers.TryGetValue(helper, out nint address))
            throw MissingHelper(helper);
        _writer.Move(Width.Bits64, Gpr.R9, MachineRegisters.ThreadBlock);
        _writer.CallAddress((ulong)address);
    }

    // A free lock is taken here; x86 keeps the accesses behind it behind it, and those before the store that gives it back before that.
    void EmitSpinLock()
    {
        Label taken = _writer.NewLabel();
        _writer.MoveConstant(Gpr.R10, 1);
        _writer.MoveConstant(Gpr.Rax, 0);
        _writer.LockedCompareExchange(Width.Bits32, Gpr.R10, Gpr.Rdi, 0);
        _writer.JumpIf(Condition.Equal, taken);
        EmitHelperCall(InternalHelpers.WaitForLock);
        _writer.Bind(taken);
    }

    // callx: the register holds the number of a helper or a function reference of this program. Anything else answers EINVAL.
    void EmitRegisterCall(Gpr register)
    {
        Label end = _writer.NewLabel();
        foreach (int id in CallableHelpers())
        {
            Label next = _writer.NewLabel();
            _writer.Binary(BinaryOperation.Compare, Width.Bits64, register, id);
            _writer.JumpIf(Condition.NotEqual, next);
            EmitHelperCall(id);
            _writer.Jump(end);
            _writer.Bind(next);
        }

        for (int i = 0; i < _program.Functions.Length; i++)
        {
            if (!_program.Functions[i].IsCallback)
                continue;
            Label next = _writer.NewLabel();
            _writer.LoadAddress(MachineRegisters.Scratch2, _labels.Thunks[i]);
            _writer.Binary(BinaryOperation.Compare, Width.Bits64, register, MachineRegisters.Scratch2);
            _writer.JumpIf(Condition.NotEqual, next);
            _writer.Call(_labels.Functions[i]);
            _writer.Jump(end);
            _writer.Bind(next);
        }

        _writer.MoveConstant(Gpr.Rax, unchecked((ulong)-(long)Errno.EINVAL));
        _writer.Bind(end);
    }

    List<int> CallableHelpers()
    {
        var ids = new List<int>(_request.Helpers.Count);
        foreach (int id in _request.Helpers.Keys)
        {
            if (id >= 0)
                ids.Add(id);
        }

        ids.Sort();
        return ids;
    }

    // Context in rdi, program array in rsi, index in edx (Abi/README.md, "Tail call"). What cannot be called falls through.
    void EmitTailCall()
    {
        Label fallThrough = _writer.NewLabel();
        _writer.CompareMemory32(Gpr.Rdx, Gpr.Rsi, MapHeader.MaxEntriesOffset);
        _writer.JumpIf(Condition.AboveOrEqual, fallThrough);
        _writer.Load(8, MachineRegisters.Scratch2, Gpr.Rsi, MapHeader.ProgramsOffset);
        _writer.Move(Width.Bits32, MachineRegisters.Scratch1, Gpr.Rdx);
        _writer.LoadElement(MachineRegisters.Scratch2, MachineRegisters.Scratch2, MachineRegisters.Scratch1);
        _writer.Test(Width.Bits64, MachineRegisters.Scratch2, MachineRegisters.Scratch2);
        _writer.JumpIf(Condition.Equal, fallThrough);
        _writer.CompareMemory64(MachineRegisters.ThreadBlock, ThreadBlock.TailCallsOffset, RunLimits.TailCalls);
        _writer.JumpIf(Condition.AboveOrEqual, fallThrough);
        EmitRoundTest(EarlyExit.TailCallFallsThrough, MachineRegisters.Scratch1, fallThrough);
        _writer.AddMemory64(MachineRegisters.ThreadBlock, ThreadBlock.TailCallsOffset, 1);
        _frame.EmitLeave(_writer);
        _writer.JumpTo(MachineRegisters.Scratch2);
        _writer.Bind(fallThrough);
    }

    // The legacy loads call a helper of the runtime; bytes beyond the packet end the function with 0 (RFC 9669, section 5.5).
    void LowerPacketLoad(in Instruction instruction)
    {
        if (instruction.Mode == Opcode.Abs)
            _writer.MoveConstant(Gpr.Rsi, (ulong)(long)instruction.Immediate);
        else
            _writer.Sum(Width.Bits32, Gpr.Rsi, Of(instruction.Source), instruction.Immediate);
        if (instruction.Mode == Opcode.Ind)
            _writer.SignExtend(Width.Bits64, Gpr.Rsi, Gpr.Rsi, 32);
        _writer.Move(Width.Bits64, Gpr.Rdi, Of(Register.R6));
        EmitHelperCall(instruction.AccessSize switch
        {
            1 => InternalHelpers.LoadPacketByte,
            2 => InternalHelpers.LoadPacketHalf,
            _ => InternalHelpers.LoadPacketWord,
        });
        Label loaded = _writer.NewLabel();
        _writer.Test(Width.Bits64, Gpr.Rax, Gpr.Rax);
        _writer.JumpIf(Condition.NotNegative, loaded);
        EmitLeaveEarly(EarlyExit.PacketLoadFails);
        _writer.Bind(loaded);
    }

    BpfOperationException MissingHelper(int helper) => new(JitDiagnostics.MissingHelper.At(
        new DiagnosticPlace { Program = _program.Spec.Name },
        $"helper {helper} has no address in the compilation request",
        "give the runtime an implementation of the helper, or run the program with the interpreter"));
}
