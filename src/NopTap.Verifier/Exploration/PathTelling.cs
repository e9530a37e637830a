// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

/// <summary>Tells how a refused path went: the instructions that made the value at fault and the branches that let it pass, with its states.</summary>
/// <remarks>Where no value is at fault, the last branches stand for the path.</remarks>
sealed class PathTelling
{
    /// <summary>Steps that are looked back over, and steps that are told.</summary>
    public const int LookBack = 1024;
    const int MaxSteps = 48;
    const int MaxBranches = 4;

    readonly VerificationRequest _request;
    readonly ControlFlowGraph _graph;
    readonly History _history;
    readonly RefusedPath _refused;
    readonly PathState[] _states;
    readonly PlaceSet _wanted = new();
    readonly List<RejectionStep> _steps = [];

    public PathTelling(ControlFlowGraph graph, VerificationRequest request, History history, RefusedPath refused, PathState[] states)
    {
        _graph = graph;
        _request = request;
        _history = history;
        _refused = refused;
        _states = states;
    }

    /// <summary>The steps, oldest first.</summary>
    public ImmutableArray<RejectionStep> Tell()
    {
        int last = _refused.Entries.Length - (_refused.IsExecuting ? 2 : 1);
        if (_refused.Register >= 0)
            TellValue(last);
        if (_steps.Count == 0)
            TellBranches(last);
        _steps.Reverse();
        return [.. _steps];
    }

    /// <summary>The state that was refused.</summary>
    public PathState State => _refused.IsExecuting ? _states[^2] : _states[^1];

    /// <summary>What the registers of the refused instruction held.</summary>
    public ImmutableArray<RegisterValue> Values(int slot)
    {
        PathState state = State;
        if (state.Slot != slot)
            return [];
        var values = ImmutableArray.CreateBuilder<RegisterValue>();
        AddRegisters(values, state, RegisterUse.Reads(_graph, _request.Helpers, slot).Bits & 0x3ff);
        return values.ToImmutable();
    }

    void TellValue(int last)
    {
        _wanted.Registers(State.Depth) = (ushort)(1 << _refused.Register);
        for (int i = last; i >= 0 && _steps.Count < MaxSteps && !_wanted.IsEmpty; i--)
        {
            Instruction instruction = _graph.Code[_history[_refused.Entries[i]].Slot];
            if (instruction.IsConditionalJump)
            {
                TellBranch(i, instruction);
                continue;
            }

            int depth = _states[i].Depth;
            RegisterSet wantedAfter = new(_wanted.Registers(_states[i + 1].Depth));
            if (!_wanted.StepBack(_history, _refused.Entries[i], instruction))
                continue;
            RegisterSet reads = RegisterUse.Reads(_graph, _request.Helpers, _states[i].Slot);
            RegisterSet before = instruction.IsProgramCall || instruction.IsExit ? new RegisterSet(_wanted.Registers(depth)) & reads : reads;
            RegisterSet after = instruction.IsProgramCall ? wantedAfter : instruction.IsExit ? wantedAfter & RegisterSet.Of(Register.R0)
                : instruction.WrittenRegisters & wantedAfter;
            _steps.Add(StepAt(i, before, after));
        }
    }

    // A branch matters where it narrowed what is wanted; what a number was compared with is wanted from there on.
    void TellBranch(int index, in Instruction instruction)
    {
        PathState before = _states[index];
        PathState after = _states[index + 1];
        if (after.Depth != before.Depth)
            return;
        int changed = 0;
        bool slotChanged = false;
        for (int f = 0; f <= before.Depth; f++)
        {
            for (int bits = _wanted.Registers(f); bits != 0; bits &= bits - 1)
            {
                int register = int.TrailingZeroCount(bits);
                if (IsSame(before.Frames[f]!.R[register], after.Frames[f]!.R[register]))
                    continue;
                if (f == before.Depth)
                    changed |= 1 << register;
                slotChanged |= f != before.Depth;
            }

            for (ulong bits = _wanted.Slots(f); bits != 0; bits &= bits - 1)
            {
                int slot = System.Numerics.BitOperations.TrailingZeroCount(bits);
                bool spilled = slot < before.Frames[f]!.Used && SlotKinds.HasSpill(before.Frames[f]!.Kinds[slot]);
                slotChanged |= spilled && !IsSame(before.Frames[f]!.Spill(slot), after.Frames[f]!.Spill(slot));
            }
        }

        if (changed == 0 && !slotChanged)
            return;
        bool numbers = before.Frame.R[(int)instruction.Destination].IsScalar
            && (!instruction.UsesSourceRegister || before.Frame.R[(int)instruction.Source].IsScalar);
        if (numbers)
            _wanted.StepBack(_history, _refused.Entries[index], instruction);
        RegisterSet operands = _graph.Code[before.Slot].ReadRegisters;
        _steps.Add(StepAt(index, operands, (numbers ? operands : default) | new RegisterSet((ushort)changed)));
    }

    static bool IsSame(in RegisterState before, in RegisterState after) =>
        before.Kind == after.Kind && before.Nullable == after.Nullable && before.Size == after.Size && before.Range.SameAs(after.Range);

    void TellBranches(int last)
    {
        for (int i = last; i >= 0 && _steps.Count < MaxBranches; i--)
        {
            int slot = _states[i].Slot;
            Instruction instruction = _graph.Code[slot];
            if (slot == _refused.Since)
            {
                bool returns = _states[i + 1].Frame.R[0].Kind != RegisterKind.NotWritten;
                _steps.Add(StepAt(i, default, returns ? instruction.WrittenRegisters & RegisterSet.Of(Register.R0) : default));
                return;
            }

            if (instruction.IsConditionalJump && !instruction.IsMayGoto)
                _steps.Add(StepAt(i, instruction.ReadRegisters, default));
            else if (_history[_refused.Entries[i]].LeavesEarly)
                _steps.Add(StepAt(i, default, RegisterSet.Of(Register.R0)));
        }
    }

    RejectionStep StepAt(int index, RegisterSet reads, RegisterSet writes)
    {
        PathState state = _states[index];
        PathState next = _states[index + 1];
        int slot = state.Slot;
        ref History.Entry entry = ref _history[_refused.Entries[index]];
        Instruction instruction = _graph.Code[slot];
        var before = ImmutableArray.CreateBuilder<RegisterValue>();
        var after = ImmutableArray.CreateBuilder<RegisterValue>();
        AddRegisters(before, state, reads.Bits & 0x3ff);
        AddRegisters(after, next, writes.Bits & 0x3ff);
        if (entry.StackSlot >= 0 && instruction.ReadsMemory)
            AddSlot(before, state, entry.StackFrame, entry.StackSlot);
        if (entry.StackSlot >= 0 && instruction.WritesMemory)
            AddSlot(after, next, entry.StackFrame, entry.StackSlot);
        LineInfo? line = _request.Program.LineAt(slot);
        return new RejectionStep(
            slot, InstructionFormatter.Format(_graph.Code.AsSpan(), slot), line is null ? "" : ProgramPlaces.Source(line), line?.Text.Trim() ?? "")
        {
            Before = before.ToImmutable(),
            After = after.ToImmutable(),
            IsTaken = instruction.IsConditionalJump ? next.Slot == instruction.JumpTarget(slot) : null,
            ContinuesAt = instruction.IsConditionalJump || entry.LeavesEarly ? PlaceOf(next.Slot) : "",
            EndsFunction = entry.LeavesEarly,
        };
    }

    void AddRegisters(ImmutableArray<RegisterValue>.Builder values, PathState state, int registers)
    {
        for (; registers != 0; registers &= registers - 1)
        {
            int register = int.TrailingZeroCount(registers);
            values.Add(new RegisterValue(string.Create(CultureInfo.InvariantCulture, $"r{register}"), Say(state.Frame.R[register])));
        }
    }

    void AddSlot(ImmutableArray<RegisterValue>.Builder values, PathState state, int frame, int slot)
    {
        if (frame > state.Depth || slot >= state.Frames[frame]!.Used || !SlotKinds.HasSpill(state.Frames[frame]!.Kinds[slot]))
            return;
        string place = string.Create(CultureInfo.InvariantCulture, $"{(frame == state.Depth ? "" : $"frame {frame}, ")}stack r10-{(slot + 1) * 8}");
        values.Add(new RegisterValue(place, Say(state.Frames[frame]!.Spill(slot))));
    }

    string PlaceOf(int slot) => _request.Program.LineAt(slot) is LineInfo line
        ? ProgramPlaces.Source(line) : string.Create(CultureInfo.InvariantCulture, $"insn {slot}");

    string Say(in RegisterState register) => RegisterText.Describe(register, _request.Maps);
}
