// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// Follows every path of a structurally sound program with what is known of its registers and stack, until a path breaks a rule, all
/// have ended, or the budget is spent. Paths that bring nothing new to a place are cut there.
/// </summary>
/// <remarks>Allocation happens for checkpoints and waiting paths only, from pools; a step allocates nothing.</remarks>
sealed partial class Explorer
{
    /// <summary>Paths that may wait at once (the kernel's <c>BPF_COMPLEXITY_LIMIT_JMP_SEQ</c>): each holds a state.</summary>
    public const int MaxWaiting = 8192;

    /// <summary>Ways to armed probes that may wait at once: every round of a loop leaves one, and the kernel does not count them.</summary>
    public const int MaxArmedWaiting = 65536;

    readonly VerificationRequest _request;
    readonly int _ownMaps;
    readonly ControlFlowGraph _graph;
    readonly ProgramSpec _program;
    readonly ImmutableArray<Instruction> _code;
    readonly RegisterSet[] _live;
    readonly History _history = new();
    readonly PrecisionTracker _precision;
    readonly StateComparer _comparer;
    readonly List<Checkpoint>?[] _checkpoints;
    readonly SlotRole[] _roles;
    readonly int[] _referenceAt;
    readonly Dictionary<int, Diagnostic> _missingAt = [];
    readonly Stack<PathState> _waiting = new();
    readonly Stack<PathState> _free = new();
    readonly ExplorationFacts _facts;
    readonly GlobalFunctions _globals;
    readonly int[] _visits;
    readonly ExplorationTrace? _trace;
    readonly bool _exact;
    PathState _path = new();
    Rejection? _rejection;
    int _nextId;
    int _nextPath;
    int _steps;
    int _armedWaiting;
    int _nextCheck;
    long _keptBytes;

    Explorer(ControlFlowGraph graph, VerificationRequest request, RegisterSet[] live, ExplorationTrace? trace, bool exact)
    {
        _trace = trace;
        _exact = exact;
        _graph = graph;
        _request = WithTemplates(request);
        _ownMaps = request.Maps.Length;
        _program = request.Program;
        _code = graph.Code;
        _live = live;
        _precision = new PrecisionTracker(_code, _history);
        _comparer = new StateComparer(live);
        _checkpoints = new List<Checkpoint>?[_code.Length];
        _roles = SlotRoles.Of(graph, request.Helpers);
        _facts = new ExplorationFacts(_code.Length, _program.Functions.Length);
        _globals = new GlobalFunctions(graph, request.Helpers);
        _visits = new int[_code.Length];
        _referenceAt = new int[_code.Length];
        Array.Fill(_referenceAt, -1);
        for (int i = 0; i < _program.References.Length; i++)
            _referenceAt[_program.References[i].Instruction] = i;
        foreach (MissingReference missing in _program.Missing)
            _missingAt[missing.Instruction] = missing.Reason;
    }

    /// <summary>Explores the program.</summary>
    /// <param name="graph">The program's control flow.</param>
    /// <param name="request">What it may use.</param>
    /// <param name="live">Registers that are live before each slot.</param>
    /// <param name="trace">Is told each step, or null.</param>
    /// <param name="exact">Whether every number counts where paths meet, so that each run of the program lies within the states followed.</param>
    /// <returns>What was learnt, or why the program is refused.</returns>
    public static (ExplorationFacts Facts, Rejection? Rejection) Run(
        ControlFlowGraph graph, VerificationRequest request, RegisterSet[] live, ExplorationTrace? trace = null, bool exact = false)
    {
        var explorer = new Explorer(graph, request, live, trace, exact);
        explorer.RunAll();
        return (explorer._facts, explorer._rejection);
    }

    void RunAll()
    {
        Begin();
        bool goesOn = LocksAllowed();
        while (goesOn && RunPaths() && _globals.TakeNext() is int function and >= 0)
            BeginGlobal(function);
        _facts.Steps = _steps;
        _facts.Visits = _visits;
        _facts.Refused = _refused;
    }

    /// <summary>Runs the current path and all that fork from it.</summary>
    /// <returns>False when one of them breaks a rule.</returns>
    bool RunPaths()
    {
        do
        {
            if (!RunPath())
                return false;
            EndPath();
        }
        while (TryResume());
        return true;
    }

    void Begin()
    {
        FrameState frame = _path.Frames[0] = new FrameState();
        frame.Reset(0, -1);
        frame.R[1] = RegisterState.Pointer(RegisterKind.Context);
        frame.R[10] = RegisterState.Pointer(RegisterKind.Stack);
        Store(null);
        _trace?.Starts(_path, -1);
    }

    /// <summary>Runs the current path to its end.</summary>
    /// <returns>False when it breaks a rule.</returns>
    bool RunPath()
    {
        while (true)
        {
            int slot = _path.Slot;
            if (_steps++ >= _nextCheck && !StaysWithinBudget())
                return RefuseBudget();
            if (_waiting.Count - _armedWaiting > MaxWaiting || _armedWaiting > MaxArmedWaiting)
                return RefuseWaiting();
            _visits[slot]++;
            if ((_roles[slot] & SlotRole.Meeting) != 0)
            {
                Visit outcome = Arrive(slot);
                if (outcome != Visit.Continues)
                    return outcome == Visit.Covered;
            }

            _trace?.Steps(slot, _path);
            _path.History = _history.Append(_path.History, slot, _path.Depth);
            _path.StepsSinceCheckpoint++;
            if (_missingAt.TryGetValue(slot, out Diagnostic? missing))
                return Refuse(missing with { Place = ProgramPlaces.At(_program, slot) }, -1);
            switch (Execute(slot, _code[slot]))
            {
                case Step.Refused:
                    return false;
                case Step.Ends:
                    return true;
            }
        }
    }

    enum Step
    {
        Next,
        Ends,
        Refused,
    }

    /// <summary>Executes one instruction and sets the slot of the next.</summary>
    Step Execute(int slot, in Instruction instruction)
    {
        bool fine;
        switch (instruction.Class)
        {
            case Opcode.Alu or Opcode.Alu64:
                fine = Arithmetic(instruction);
                break;
            case Opcode.Ldx:
                fine = Load(slot, instruction);
                break;
            case Opcode.St or Opcode.Stx:
                fine = Store(slot, instruction);
                break;
            case Opcode.Ld:
                fine = instruction.IsWideLoad ? WideLoad(slot, instruction) : PacketLoad(instruction);
                break;
            default:
                return Jump(slot, instruction);
        }

        _path.Slot = slot + instruction.SlotCount;
        return fine ? Step.Next : Step.Refused;
    }

    Step Jump(int slot, in Instruction instruction)
    {
        _path.JumpsSinceCheckpoint++;
        if (instruction.IsExit)
            return Exit(slot);
        if (instruction.IsCall)
            return instruction.IsProgramCall ? CallFunction(slot, instruction) : CallHelper(slot, instruction);
        if (_graph.ArmedTarget(slot) >= 0)
        {
            Fork(_graph.ArmedTarget(slot)).IsArmed = true;
            _armedWaiting++;
            _path.Slot = slot + 1;
            return Step.Next;
        }

        if (instruction.IsUnconditionalJump)
        {
            if (_graph.SiteAt(slot) >= 0 && !ProbeSite(_graph.Sites[_graph.SiteAt(slot)]))
                return Step.Refused;
            _path.Slot = instruction.JumpTarget(slot);
            return Step.Next;
        }

        return instruction.IsMayGoto ? MayGoto(slot, instruction) : Branch(slot, instruction);
    }

    /// <summary>Leaves a copy of the current path to be continued at another slot.</summary>
    PathState Fork(int slot)
    {
        _facts.Ways[_path.Slot] = ExplorationFacts.Taken | ExplorationFacts.Passed;
        bool isPooled = _free.TryPop(out PathState? pooled);
        PathState fork = isPooled ? pooled! : new PathState();
        fork.CopyFrom(_path);
        _keptBytes += isPooled ? 0 : fork.Bytes;
        fork.Slot = slot;
        fork.Number = ++_nextPath;
        _path.Parent!.Branches++;
        _waiting.Push(fork);
        _facts.PeakWaiting = Math.Max(_facts.PeakWaiting, _waiting.Count);
        _trace?.Forks(_path, fork);
        return fork;
    }

    void EndPath()
    {
        for (Checkpoint? checkpoint = _path.Parent; checkpoint is not null && --checkpoint.Branches == 0; checkpoint = checkpoint.Parent)
        {
        }
    }

    bool TryResume()
    {
        if (!_waiting.TryPop(out PathState? next))
            return false;
        if (next.IsArmed)
            _armedWaiting--;
        next.IsArmed = false;
        _free.Push(_path);
        _path = next;
        _trace?.Starts(_path, _history[_path.History].Slot);
        return true;
    }

    int NewId() => ++_nextId;

    ref RegisterState R(Register register) => ref _path.Frame.R[(int)register];

    bool IsWritten(Register register)
    {
        if (R(register).Kind != RegisterKind.NotWritten)
            return true;
        Refuse(
            VerifierDiagnostics.UninitializedRegister, $"r{(int)register} is read but was not written on this path",
            $"write r{(int)register} on every path before this instruction", (int)register);
        return false;
    }

    bool WideLoad(int slot, in Instruction instruction)
    {
        ref RegisterState destination = ref R(instruction.Destination);
        int index = _referenceAt[slot];
        if (CallCheck.Variable(_program, slot) is Diagnostic variable)
            return Refuse(variable, -1);
        if (index >= 0)
        {
            MapReference reference = _program.References[index];
            destination = RegisterState.Pointer(reference.IsValue ? RegisterKind.MapValue : RegisterKind.Map, reference.MapIndex);
            destination.Offset = reference.IsValue ? (int)reference.Offset : 0;
        }
        else if (instruction.IsFunctionReference)
        {
            int function = _graph.FunctionOf(instruction.CallTarget(slot));
            if (_globals.Contains(function))
                return RefuseGlobalCallback(function);
            destination = RegisterState.Pointer(RegisterKind.Function, function);
        }
        else
        {
            destination = RegisterState.Constant(instruction.WideImmediate(_code[slot + 1]));
        }

        return true;
    }

    // RFC 9669, section 5.5: the context is in r6, the result in r0, r1 to r5 are lost. Only where packets are socket buffers.
    bool PacketLoad(in Instruction instruction)
    {
        if (_program.Type is not (ProgramType.SocketFilter or ProgramType.SchedCls or ProgramType.SchedAct))
            return Refuse(VerifierDiagnostics.PacketLoadForbidden, $"legacy packet load in a program of type {_program.Type}", "read the packet through data and data_end");
        if (!IsWritten(Register.R6))
            return false;
        if (R(Register.R6) is not { Kind: RegisterKind.Context, Offset: 0, IsFixed: true })
            return Refuse(VerifierDiagnostics.PacketLoadForbidden, $"legacy packet load with r6 = {Say(R(Register.R6))}", "keep the unmodified context in r6", 6);
        if (instruction.Mode == Opcode.Ind && !IsWritten(instruction.Source))
            return false;
        // Inside of a function the caller goes on with what it holds, and is held to it there.
        if (_path.ReferenceCount != 0 && _path.Depth == 0)
            return RefuseLeak("legacy packet load may end the program");
        if (!Unlocked("a legacy packet load, which may end the program, is made") || !MayLoadPackets())
            return false;
        ForgetArguments();
        R(Register.R0) = RegisterState.Unknown;
        return FollowEarlyExits(instruction);
    }

    void ForgetArguments()
    {
        for (int register = 1; register <= 5; register++)
            _path.Frame.R[register] = default;
    }

    static bool SameId(in RegisterState register, int id) => register.Id == id && id != 0;

}
