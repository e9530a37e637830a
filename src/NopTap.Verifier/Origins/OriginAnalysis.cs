// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;

namespace NopTap.Verifier.Origins;

/// <summary>Forward dataflow of origins over the whole program, to a fixed point.</summary>
/// <remarks>
/// Inside a function it is flow-sensitive. Between functions it works by summaries: what callers pass, what a function returns, and for
/// frames that are reached through pointers what was ever stored in each slot and by whom.
/// </remarks>
sealed partial class OriginAnalysis
{
    readonly ControlFlowGraph _graph;
    readonly VerificationRequest _request;
    readonly OriginState?[] _atBlock;
    readonly OriginState?[] _atEntry;
    readonly ValueOrigin[] _returns;
    readonly FrameSummary?[] _frames;
    readonly int[] _depth;
    readonly int[] _referenceAt;
    readonly ValueOrigin[] _subject;
    readonly OriginState _state = new();
    int _function;
    bool _changed;

    OriginAnalysis(ControlFlowGraph graph, VerificationRequest request)
    {
        int functions = graph.Program.Functions.Length;
        _graph = graph;
        _request = request;
        _atBlock = new OriginState?[graph.Blocks.Length];
        _atEntry = new OriginState?[functions];
        _returns = new ValueOrigin[functions];
        _frames = new FrameSummary?[functions];
        _depth = new int[functions];
        _referenceAt = new int[graph.Code.Length];
        _subject = new ValueOrigin[graph.Code.Length];
        Array.Fill(_referenceAt, -1);
        for (int i = 0; i < graph.Program.References.Length; i++)
            _referenceAt[graph.Program.References[i].Instruction] = i;
    }

    public static OriginAnalysis Run(ControlFlowGraph graph, VerificationRequest request)
    {
        var analysis = new OriginAnalysis(graph, request);
        var entry = new OriginState();
        entry.Register(1) = request.Context is null ? ValueOrigin.Unknown : ValueOrigin.Of(Origin.Context);
        entry.Register(2) = request.Context is null ? ValueOrigin.Number : default;
        analysis.Enter(0, entry);
        do
        {
            analysis._changed = false;
            for (int b = 0; b < graph.Blocks.Length; b++)
                analysis.Block(b);
        }
        while (analysis._changed);
        return analysis;
    }

    /// <summary>Bytes of a function's frame that may be touched: a multiple of 8 up to 512.</summary>
    public int StackDepth(int function) => _depth[function];

    /// <summary>Origin of the base register of a memory access, or of r1 at a call; meaningful at reachable slots of those kinds.</summary>
    public ValueOrigin Subject(int slot) => _subject[slot];

    /// <summary>Origins of the registers in front of a reachable slot, or null when no value flows there; valid until the next call.</summary>
    public OriginState? Before(int slot)
    {
        int b = _graph.BlockOf(slot);
        if (_atBlock[b] is not OriginState start)
            return null;
        _function = _graph.FunctionOf(slot);
        _state.CopyFrom(start);
        for (int at = _graph.Blocks[b].Start; at < slot; at += _graph.Code[at].SlotCount)
            Step(at);
        return _state;
    }

    void Block(int b)
    {
        if (_atBlock[b] is not OriginState start)
            return;
        BasicBlock block = _graph.Blocks[b];
        _function = _graph.FunctionOf(block.Start);
        _state.CopyFrom(start);
        for (int slot = block.Start; slot < block.End; slot += _graph.Code[slot].SlotCount)
            Step(slot);
        (int next, int other) = _graph.Successors(block.Last);
        if (next >= 0)
            JoinInto(ref _atBlock[_graph.BlockOf(next)], _state);
        if (other >= 0)
            JoinInto(ref _atBlock[_graph.BlockOf(other)], _state);
    }

    void Enter(int function, OriginState arguments)
    {
        ref OriginState? entry = ref _atEntry[function];
        if (entry is null)
        {
            entry = new OriginState();
            entry.Register(10) = ValueOrigin.Of(Origin.Frame, function);
            _changed = true;
        }

        for (int register = 1; register <= 5; register++)
            JoinInto(ref entry.Register(register), arguments.Register(register));
        JoinInto(ref _atBlock[_graph.BlockOf(_graph.Program.Functions[function].Start)], entry);
    }

    void JoinInto(ref OriginState? there, OriginState state)
    {
        if (there is not null)
        {
            _changed |= there.Join(state);
            return;
        }

        there = new OriginState();
        there.CopyFrom(state);
        _changed = true;
    }

    void JoinInto(ref ValueOrigin there, ValueOrigin value)
    {
        ValueOrigin joined = there.Join(value);
        _changed |= joined != there;
        there = joined;
    }

    void Step(int slot)
    {
        Instruction instruction = _graph.Code[slot];
        switch (instruction.Class)
        {
            case Opcode.Alu or Opcode.Alu64:
                Arithmetic(instruction);
                break;
            case Opcode.Ldx:
                Load(slot, instruction);
                break;
            case Opcode.St or Opcode.Stx:
                Store(slot, instruction);
                break;
            case Opcode.Ld when instruction.IsWideLoad:
                WideLoad(slot, instruction);
                break;
            case Opcode.Ld:
                _state.Register(0) = ValueOrigin.Number;
                Clobber();
                break;
            case Opcode.Jmp when instruction.IsCall:
                Call(slot, instruction);
                break;
            case Opcode.Jmp when instruction.IsExit:
                JoinInto(ref _returns[_function], _state.Register(0));
                break;
        }
    }

    void Clobber()
    {
        for (int register = 1; register <= 5; register++)
            _state.Register(register) = default;
    }

    void Arithmetic(in Instruction instruction)
    {
        ref ValueOrigin destination = ref _state.Register((int)instruction.Destination);
        ValueOrigin operand = instruction.UsesSourceRegister ? _state.Register((int)instruction.Source) : ValueOrigin.Constant(instruction.Immediate);
        bool wide = instruction.Class == Opcode.Alu64;
        switch (instruction.Operation)
        {
            case Opcode.Mov when wide && instruction.Offset == 0:
                destination = operand;
                break;
            case Opcode.Mov when instruction.Offset == 0 && operand is { Origin: Origin.Number, IsExact: true }:
                destination = ValueOrigin.Constant((uint)operand.Value);
                break;
            case Opcode.Add or Opcode.Sub when wide:
                destination = Sum(destination, operand, instruction.Operation == Opcode.Sub);
                break;
            // Tests of the instruction set take any address apart; with a context only clean arithmetic keeps one.
            default:
                destination = _request.Context is null ? ValueOrigin.Unknown : ValueOrigin.Number;
                break;
        }

        if (destination.Origin == Origin.Frame)
            NoteDepth(destination, 0);
    }

    static ValueOrigin Sum(ValueOrigin left, ValueOrigin right, bool subtract)
    {
        if (right.Origin == Origin.Number)
            return left.Move(right, subtract);
        if (left.Origin == Origin.Number && !subtract)
            return right.Move(left, subtract: false);
        // The difference of two addresses is a number; a sum with something unknown may be an address of any kind.
        if (subtract && left.IsPointer && right.IsPointer)
            return ValueOrigin.Number;
        ValueOrigin joined = left.Join(right);
        return joined.Origin == Origin.MaybeContext || joined.IsPointer ? joined with { IsExact = false, Value = 0 } : ValueOrigin.Unknown;
    }

    void WideLoad(int slot, in Instruction instruction)
    {
        ref ValueOrigin destination = ref _state.Register((int)instruction.Destination);
        int index = _referenceAt[slot];
        if (index >= 0)
        {
            MapReference reference = _graph.Program.References[index];
            destination = ValueOrigin.Of(reference.IsValue ? Origin.MapValue : Origin.Map, reference.MapIndex);
            return;
        }

        destination = instruction.IsFunctionReference
            ? ValueOrigin.Of(Origin.Function, _graph.FunctionOf(instruction.CallTarget(slot)))
            : ValueOrigin.Constant((long)instruction.WideImmediate(_graph.Code[slot + 1]));
    }
}
