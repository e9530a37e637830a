// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using Iced.Intel;
using NopTap.Jit.Abi;
using static Iced.Intel.AssemblerRegisters;
using MachineRegister = Iced.Intel.Register;
using Register = NopTap.Isa.Register;

namespace NopTap.Jit.Trampolines;

/// <summary>Generates trampolines. A pure function: equal requests give equal images.</summary>
/// <remarks>
/// A trampoline is called by the site, gathers the arguments into an array, calls each observer whose gate is open with the array as its
/// context, and returns behind the site with every live register as it was. One with exit observers calls the function's body itself
/// and returns to the function's caller.
/// <code>
/// rsp +0      argument 1 ... n, then for exit observers the return value (6 words)
///     +48     TailCalls of the target
///     +56     Cookie of the target (an observer may itself have probes)
///     +64     saved registers, as many as needed
///     +frame  return address: behind the site
/// </code>
/// </remarks>
internal sealed class TrampolineGenerator
{
    /// <summary>Most arguments of a site.</summary>
    public const int MaxArguments = 5;

    const int TailCallsSlot = 48;
    const int CookieSlot = 56;
    const int SavedSlots = 64;

    readonly TrampolineRequest _request;
    readonly TrampolineEmitter _emitter = new();
    readonly Register[] _saved;
    readonly int _frame;

    // Misses are rare: their code stands behind the return.
    readonly List<(int Jump, int End, TrampolineObserver Observer)> _misses = [];

    TrampolineGenerator(TrampolineRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Arguments.Length, MaxArguments, nameof(request));
        if (request.Kind == TrampolineKind.ProbeSite && !request.ExitObservers.IsEmpty)
            throw new ArgumentException("a probe site has no exit", nameof(request));
        _request = request;
        _saved = [.. MachineRegisters.CallChanged.Where(request.Live.Contains)];

        // A site stands where rsp is 0 modulo 16, a function's first byte where it is 8; the CALL of the trampoline adds 8 to either.
        int misalignment = request.Kind == TrampolineKind.ProbeSite ? 8 : 0;
        int size = SavedSlots + (8 * _saved.Length);
        _frame = size + ((misalignment - size) & 15);
    }

    /// <summary>Generates the image of a request.</summary>
    /// <param name="request">What the trampoline shall do.</param>
    public static TrampolineImage Generate(TrampolineRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new TrampolineGenerator(request).Generate();
    }

    TrampolineImage Generate()
    {
        EmitPrologue();
        ImmutableArray<ObserverGate> gates = EmitObservers(_request.Observers);
        ImmutableArray<ObserverGate> exitGates = [];
        if (_request.ExitObservers.IsEmpty)
        {
            EmitReturnToTarget();
        }
        else
        {
            EmitCallOfBody();
            exitGates = EmitObservers(_request.ExitObservers);
            EmitReturnToCaller();
        }

        EmitMisses();
        return new TrampolineImage(_emitter.Bytes.ToArray(), _emitter.Calls, gates, exitGates);
    }

    void EmitPrologue()
    {
        Emit(Instruction.Create(Code.Sub_rm64_imm32, rsp, _frame));
        for (int i = 0; i < _saved.Length; i++)
            Store(SavedSlots + (8 * i), Of(_saved[i]));
        for (int i = 0; i < _request.Arguments.Length; i++)
            EmitArgument(8 * i, _request.Arguments[i]);
        EmitSaveOfRunState();
    }

    void EmitArgument(int slot, MachineArgument argument)
    {
        switch (argument.Kind)
        {
            case MachineArgumentKind.Register:
                Store(slot, Of(argument.Register));
                break;
            case MachineArgumentKind.StackSlot:
                Emit(Instruction.Create(Code.Mov_r64_rm64, r11, __qword_ptr[rbp + (int)argument.Value].ToMemoryOperand(64)));
                Store(slot, r11);
                break;
            default:
                StoreConstant(__qword_ptr[rsp + slot], argument.Value);
                break;
        }
    }

    void EmitSaveOfRunState()
    {
        Load(r11, __qword_ptr[r12 + ThreadBlock.TailCallsOffset]);
        Store(TailCallsSlot, r11);
        Load(r11, __qword_ptr[r12 + ThreadBlock.CookieOffset]);
        Store(CookieSlot, r11);
    }

    void EmitRestoreOfRunState()
    {
        Load(r11, __qword_ptr[rsp + TailCallsSlot]);
        StoreTo(__qword_ptr[r12 + ThreadBlock.TailCallsOffset], r11);
        Load(r11, __qword_ptr[rsp + CookieSlot]);
        StoreTo(__qword_ptr[r12 + ThreadBlock.CookieOffset], r11);
    }

    ImmutableArray<ObserverGate> EmitObservers(ImmutableArray<TrampolineObserver> observers)
    {
        var gates = ImmutableArray.CreateBuilder<ObserverGate>(observers.Length);
        foreach (TrampolineObserver observer in observers)
            gates.Add(EmitObserver(observer));
        return gates.MoveToImmutable();
    }

    ObserverGate EmitObserver(TrampolineObserver observer)
    {
        _emitter.AlignSite();
        int gate = _emitter.Offset;
        _emitter.Write(SitePatch.Nop);
        AssemblerMemoryOperand running = __qword_ptr[r12 + observer.ObserverOffset];
        Emit(Instruction.Create(Code.Cmp_rm64_imm8, running.ToMemoryOperand(64), 0));
        int miss = _emitter.EmitForward(Code.Jne_rel32_64);
        StoreConstant(running, 1);
        Increment(observer.CountersOffset);
        StoreConstant(__qword_ptr[r12 + ThreadBlock.CookieOffset], (long)observer.Cookie);
        StoreConstant(__qword_ptr[r12 + ThreadBlock.TailCallsOffset], 0);
        EmitCallOf(observer);
        StoreConstant(running, 0);
        int end = _emitter.Offset;
        _misses.Add((miss, end, observer));
        if (!observer.IsOpen)
            Close(gate, end);
        return new ObserverGate(gate, end);
    }

    void EmitCallOf(TrampolineObserver observer)
    {
        Emit(Instruction.Create(Code.Mov_r64_rm64, rdi, rsp));
        if (observer.Convention == ObserverConvention.Function)
        {
            _emitter.EmitCall(observer.Address);
            return;
        }

        Emit(Instruction.Create(Code.Mov_r64_imm64, rsi, (long)observer.Handle));
        Emit(Instruction.Create(Code.Mov_r64_rm64, rdx, r12));
        Emit(Instruction.Create(Code.Mov_r64_imm64, rax, (long)observer.Address));
        Emit(Instruction.Create(Code.Call_rm64, rax));
    }

    void Close(int gate, int end)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(word, SitePatch.WithJump(0, 0, (ulong)(end - gate)));
        _emitter.Overwrite(gate, word[..SitePatch.Size]);
    }

    void EmitReturnToTarget()
    {
        EmitRestoreOfRunState();
        EmitRestoreOfRegisters();
        Emit(Instruction.Create(Code.Add_rm64_imm32, rsp, _frame));
        Emit(Instruction.Create(Code.Retnq));
    }

    // The body finds registers, stack alignment and tail-call count as if its caller had called it; only the return address differs.
    void EmitCallOfBody()
    {
        EmitRestoreOfRunState();
        EmitRestoreOfRegisters();
        _emitter.EmitCall(_request.Body);
        Store(8 * _request.Arguments.Length, rax);
        EmitSaveOfRunState();
    }

    void EmitReturnToCaller()
    {
        EmitRestoreOfRunState();
        Load(rax, __qword_ptr[rsp + (8 * _request.Arguments.Length)]);

        // Skip the return address into the body, which has already run.
        Emit(Instruction.Create(Code.Add_rm64_imm32, rsp, _frame + 8));
        Emit(Instruction.Create(Code.Retnq));
    }

    void EmitRestoreOfRegisters()
    {
        for (int i = 0; i < _saved.Length; i++)
            Load(Of(_saved[i]), __qword_ptr[rsp + (SavedSlots + (8 * i))]);
    }

    void EmitMisses()
    {
        foreach ((int jump, int end, TrampolineObserver observer) in _misses)
        {
            _emitter.Bind(jump);
            Increment(observer.CountersOffset + 8);
            Increment(observer.ObserverOffset + 8);
            _emitter.EmitBack(Code.Jmp_rel32_64, end);
        }
    }

    void Increment(int blockOffset) =>
        Emit(Instruction.Create(Code.Inc_rm64, __qword_ptr[r12 + blockOffset].ToMemoryOperand(64)));

    void Store(int slot, MachineRegister register) => StoreTo(__qword_ptr[rsp + slot], register);

    void StoreTo(AssemblerMemoryOperand place, MachineRegister register) =>
        Emit(Instruction.Create(Code.Mov_rm64_r64, place.ToMemoryOperand(64), register));

    void Load(MachineRegister register, AssemblerMemoryOperand place) =>
        Emit(Instruction.Create(Code.Mov_r64_rm64, register, place.ToMemoryOperand(64)));

    void StoreConstant(AssemblerMemoryOperand place, long value)
    {
        if (value == (int)value)
        {
            Emit(Instruction.Create(Code.Mov_rm64_imm32, place.ToMemoryOperand(64), (int)value));
            return;
        }

        Emit(Instruction.Create(Code.Mov_r64_imm64, r11, value));
        StoreTo(place, r11);
    }

    static MachineRegister Of(Register register) => MachineRegister.RAX + (int)MachineRegisters.Of(register);

    void Emit(in Instruction instruction) => _emitter.Emit(instruction);
}
