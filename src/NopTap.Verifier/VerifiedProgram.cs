// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>A program that verification accepted, with the facts that engines build on. Immutable; only the verifier makes one.</summary>
public sealed class VerifiedProgram
{
    readonly ImmutableArray<MapSpec> _maps;
    ImmutableArray<ulong?> _constants;

    internal VerifiedProgram(
        ProgramSpec spec,
        ContextLayout? context,
        ImmutableArray<Instruction> instructions,
        ImmutableArray<FunctionFacts> functions,
        ImmutableArray<InstructionFacts> facts,
        ImmutableArray<ProbeSiteFacts> sites,
        ImmutableArray<MapSpec> maps = default)
    {
        _maps = maps.IsDefault ? [] : maps;
        Spec = spec;
        Context = context;
        Instructions = instructions;
        Functions = functions;
        Facts = facts;
        Sites = sites;
    }

    /// <summary>The program as it was given.</summary>
    public ProgramSpec Spec { get; }

    /// <summary>Layout of its context; null for plain memory.</summary>
    public ContextLayout? Context { get; }

    /// <summary>
    /// What the engines execute: as many slots as <see cref="ProgramSpec.Instructions"/> at the same indexes, context accesses
    /// rewritten for the native context. Map references stay symbolic (see <see cref="ProgramSpec.References"/>).
    /// </summary>
    public ImmutableArray<Instruction> Instructions { get; }

    /// <summary>Facts of each function, in the order of <see cref="ProgramSpec.Functions"/>.</summary>
    public ImmutableArray<FunctionFacts> Functions { get; }

    /// <summary>Facts of each slot.</summary>
    public ImmutableArray<InstructionFacts> Facts { get; }

    /// <summary>Probe sites of all probes in order of instruction.</summary>
    public ImmutableArray<ProbeSiteFacts> Sites { get; }

    /// <summary>
    /// For each slot the number that the instruction leaves in its destination register on every run, or null. Found when first asked for.
    /// </summary>
    public ImmutableArray<ulong?> Constants
    {
        get
        {
            // Two threads may both find them: they find the same.
            if (_constants.IsDefault)
                ImmutableInterlocked.InterlockedInitialize(ref _constants, ConstantFacts.Of(this, _maps));
            return _constants;
        }
    }
}

/// <summary>What is known of one function.</summary>
/// <param name="StackDepth">Bytes of its frame that it touches, rounded up to 8; 0 to 512.</param>
/// <param name="WrittenKept">Which of r6 to r9 it writes, so its prologue must save them.</param>
/// <param name="IsCallback">Whether its address is taken for a helper to call.</param>
/// <param name="HasCalls">Whether it calls anything: helper, subprogram or probe site.</param>
/// <param name="HasTailCall">Whether it may replace itself by another program.</param>
public readonly record struct FunctionFacts(int StackDepth, RegisterSet WrittenKept, bool IsCallback, bool HasCalls, bool HasTailCall)
{
    /// <summary>Whether it may read bytes of its frame that it never wrote; an engine that must not show old memory to programs clears the frame.</summary>
    public bool ReadsUnwrittenStack { get; init; }

    /// <summary>Whether it, or a function that it calls, calls a helper that enters managed code (<see cref="HelperEffects.Managed"/>).</summary>
    public bool MayCallManagedHelper { get; init; }

    /// <summary>
    /// Whether a run may enter it more often than the proof of one exploration bounds, so that the rounds of its loops are counted at run
    /// time (<see cref="InstructionFacts.CountsRound"/>).
    /// </summary>
    public bool CountsRounds { get; init; }

    /// <summary>
    /// Whether each call of it is a round, and one that is made where the run has none left returns 0 at once: its callers know nothing of
    /// what it returns, nor that it did anything. Not so of small functions that neither loop nor call.
    /// </summary>
    public bool MayNotStart { get; init; }

    /// <summary>Whether it may be entered or left while a spin lock is held: observers of its entry or exit could wait for that lock.</summary>
    public bool RunsUnderLock { get; init; }
}

/// <summary>What is known of one slot.</summary>
/// <param name="LiveBefore">Registers whose value before this instruction may still be read.</param>
/// <param name="IsDead">Whether no path reaches it: neither by the control flow, nor where branches go one way only.</param>
/// <param name="MapIndex">For a helper call whose first argument is always the same map: its index; else -1.</param>
public readonly record struct InstructionFacts(RegisterSet LiveBefore, bool IsDead, int MapIndex)
{
    /// <summary>Which ways a conditional jump goes.</summary>
    public BranchFact Branch { get; init; }

    /// <summary>
    /// Whether each time that a run comes here is a round of a loop that is counted: some jump leads back to it, in a function that
    /// <see cref="FunctionFacts.CountsRounds"/>.
    /// </summary>
    public bool CountsRound { get; init; }

    /// <summary>Into what a load, store or atomic operation reaches.</summary>
    public AddressKind Address { get; init; }
}

/// <summary>Which ways a conditional jump was proved to go.</summary>
public enum BranchFact
{
    /// <summary>Either, or the instruction is no conditional jump.</summary>
    Open,

    /// <summary>It jumps on every run.</summary>
    AlwaysTaken,

    /// <summary>It falls through on every run.</summary>
    NeverTaken,
}

/// <summary>Into what an instruction reaches, on every run.</summary>
public enum AddressKind
{
    /// <summary>It accesses no memory, or nothing is known.</summary>
    Unknown,

    /// <summary>The program's context.</summary>
    Context,

    /// <summary>The stack: its own frame or a caller's.</summary>
    Stack,

    /// <summary>Values of maps, global variables among them.</summary>
    MapValue,

    /// <summary>A key that a callback of bpf_for_each_map_elem was given.</summary>
    MapKey,

    /// <summary>The packet.</summary>
    Packet,

    /// <summary>The metadata before the packet.</summary>
    PacketMeta,

    /// <summary>Memory that a helper returned, or that a global function was handed, which may lie anywhere.</summary>
    Memory,

    /// <summary>Different ones of these on different runs.</summary>
    Mixed,
}

/// <summary>A probe site as the engines need it.</summary>
/// <param name="ProbeIndex">Index into <see cref="ProgramSpec.Probes"/>.</param>
/// <param name="SiteIndex">Index into <see cref="ProbeSpec.Sites"/>.</param>
/// <param name="Site">The site.</param>
/// <param name="LiveAfter">Registers that a hit must preserve: live behind the NOP.</param>
/// <param name="Unattachable">Why observers cannot be attached here (dead code), or null.</param>
public sealed record ProbeSiteFacts(int ProbeIndex, int SiteIndex, ProbeSiteSpec Site, RegisterSet LiveAfter, string? Unattachable);
