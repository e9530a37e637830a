// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Cfg;

/// <summary>
/// Control flow of a structurally sound program: successors, basic blocks, reachability. Calls are followed to reach functions but are no
/// edges: inside a function a call continues behind itself.
/// </summary>
/// <remarks>An arming site of a lazy probe branches both ways, since attaching turns its NOP into a jump. So does may_goto.</remarks>
sealed class ControlFlowGraph
{
    readonly int[] _functionOf;
    readonly int[] _armedTarget;
    readonly int[] _siteOf;
    readonly bool[] _secondHalf;
    readonly bool[] _reachable;
    readonly bool[] _callback;
    readonly int[] _blockOf;

    public ControlFlowGraph(ProgramSpec program)
    {
        Program = program;
        Code = program.Instructions;
        _functionOf = new int[Code.Length];
        _secondHalf = new bool[Code.Length];
        _reachable = new bool[Code.Length];
        _blockOf = new int[Code.Length];
        _callback = new bool[program.Functions.Length];
        _armedTarget = new int[Code.Length];
        _siteOf = new int[Code.Length];
        Array.Fill(_armedTarget, -1);
        Array.Fill(_siteOf, -1);
        Sites = CollectSites(program);
        MarkSlots();
        Reach();
        Blocks = CutBlocks();
    }

    public ProgramSpec Program { get; }

    public ImmutableArray<Instruction> Code { get; }

    /// <summary>Sites of all probes in order of instruction.</summary>
    public ImmutableArray<SiteReference> Sites { get; }

    /// <summary>Reachable basic blocks in order of their first slot.</summary>
    public ImmutableArray<BasicBlock> Blocks { get; }

    public int FunctionOf(int slot) => _functionOf[slot];

    public bool IsSecondHalf(int slot) => _secondHalf[slot];

    public bool IsReachable(int slot) => _reachable[slot];

    /// <summary>Whether a reachable wide load takes the function's address.</summary>
    public bool IsCallback(int function) => _callback[function];

    /// <summary>Index into <see cref="Sites"/> of the probe site at a slot, or -1.</summary>
    public int SiteAt(int slot) => _siteOf[slot];

    /// <summary>Slot at which the arming jump at a slot lands, or -1.</summary>
    public int ArmedTarget(int slot) => _armedTarget[slot];

    public int BlockOf(int slot) => _blockOf[slot];

    /// <summary>Index of the function that starts at a slot, or -1.</summary>
    public int FunctionAtStart(int slot) =>
        (uint)slot < (uint)Code.Length && Program.Functions[_functionOf[slot]].Start == slot ? _functionOf[slot] : -1;

    /// <summary>The next slot inside the function and the other one to which this may continue, each -1 where there is none.</summary>
    public (int Next, int Other) Successors(int slot)
    {
        Instruction instruction = Code[slot];
        if (instruction.IsExit)
            return (-1, -1);
        if (_armedTarget[slot] >= 0)
            return (slot + 1, _armedTarget[slot]);
        if (instruction.IsUnconditionalJump)
            return (-1, instruction.JumpTarget(slot));
        return (slot + instruction.SlotCount, instruction.IsConditionalJump ? instruction.JumpTarget(slot) : -1);
    }

    ImmutableArray<SiteReference> CollectSites(ProgramSpec program)
    {
        var sites = new List<SiteReference>();
        for (int probe = 0; probe < program.Probes.Length; probe++)
        {
            for (int site = 0; site < program.Probes[probe].Sites.Length; site++)
                sites.Add(new SiteReference(probe, site, program.Probes[probe].Sites[site]));
        }

        sites.Sort(static (a, b) => a.Site.Instruction.CompareTo(b.Site.Instruction));
        for (int i = 0; i < sites.Count; i++)
        {
            _siteOf[sites[i].Site.Instruction] = i;
            if (sites[i].Site.IsLazy)
                _armedTarget[sites[i].Site.ArmingInstruction] = sites[i].Site.ArmedTarget;
        }

        return [.. sites];
    }

    void MarkSlots()
    {
        for (int function = 0; function < Program.Functions.Length; function++)
        {
            FunctionSpec spec = Program.Functions[function];
            _functionOf.AsSpan(spec.Start, spec.Length).Fill(function);
            for (int slot = spec.Start; slot < spec.End; slot += Code[slot].SlotCount)
            {
                if (Code[slot].IsWideLoad)
                    _secondHalf[slot + 1] = true;
            }
        }
    }

    void Reach()
    {
        var work = new Stack<int>();
        work.Push(0);
        while (work.TryPop(out int slot))
        {
            if (_reachable[slot])
                continue;
            _reachable[slot] = true;
            Instruction instruction = Code[slot];
            if (instruction.IsWideLoad)
                _reachable[slot + 1] = true;
            if (instruction.IsProgramCall || instruction.IsFunctionReference)
                work.Push(instruction.CallTarget(slot));
            if (instruction.IsFunctionReference)
                _callback[_functionOf[instruction.CallTarget(slot)]] = true;
            (int next, int other) = Successors(slot);
            if (next >= 0)
                work.Push(next);
            if (other >= 0)
                work.Push(other);
        }
    }

    ImmutableArray<BasicBlock> CutBlocks()
    {
        bool[] leader = new bool[Code.Length + 1];
        foreach (FunctionSpec function in Program.Functions)
            leader[function.Start] = true;
        for (int slot = 0; slot < Code.Length; slot++)
        {
            if (_secondHalf[slot])
                continue;
            (int next, int other) = Successors(slot);
            if (other >= 0)
                leader[other] = leader[slot + 1] = true;
            else if (next < 0)
                leader[slot + 1] = true;
        }

        var blocks = ImmutableArray.CreateBuilder<BasicBlock>();
        for (int slot = 0; slot < Code.Length;)
        {
            int start = slot;
            int last = slot;
            do
            {
                _blockOf[slot] = blocks.Count;
                last = slot;
                slot += Code[slot].SlotCount;
            }
            while (slot < Code.Length && !leader[slot]);
            if (_reachable[start])
                blocks.Add(new BasicBlock(start, last, slot));
        }

        return blocks.ToImmutable();
    }
}

/// <summary>Straight code: entered at the first slot, left behind the last.</summary>
/// <param name="Start">First slot.</param>
/// <param name="Last">First slot of its last instruction.</param>
/// <param name="End">Slot behind it.</param>
readonly record struct BasicBlock(int Start, int Last, int End);

/// <summary>A probe site with its place in the program's lists.</summary>
readonly record struct SiteReference(int ProbeIndex, int SiteIndex, ProbeSiteSpec Site);
