// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// The functions that are followed once, from their prototypes, and not from each call: which they are, what they take, what calling them
/// may do, and which of them a followed path has called.
/// </summary>
sealed class GlobalFunctions
{
    readonly ImmutableArray<ParameterRule>[] _rules;
    readonly bool[] _changesPackets;
    readonly bool[] _updatesAtomically;
    readonly bool[] _called;
    readonly bool[] _followed;

    public GlobalFunctions(ControlFlowGraph graph, FrozenDictionary<int, HelperSignature> helpers)
    {
        ImmutableArray<FunctionSpec> functions = graph.Program.Functions;
        _rules = new ImmutableArray<ParameterRule>[functions.Length];
        _called = new bool[functions.Length];
        _followed = new bool[functions.Length];
        bool any = false;
        for (int i = 1; i < functions.Length; i++)
        {
            if (!IsProvedAlone(functions[i], i))
                continue;
            any = true;
            _rules[i] = [.. functions[i].Prototype!.Parameters.Select(ParameterRule.Of)];
        }

        _changesPackets = any ? Spread(graph, (in Instruction instruction) => ChangesPacket(instruction, helpers)) : [];
        _updatesAtomically = any ? Spread(graph, static (in Instruction instruction) => instruction.IsAtomic) : [];
    }

    delegate bool Property(in Instruction instruction);

    /// <summary>Whether a function is followed once, from its prototype: how often it is called is then no part of the proof.</summary>
    /// <param name="function">The function.</param>
    /// <param name="index">Its index in the program.</param>
    public static bool IsProvedAlone(FunctionSpec function, int index) => index != 0 && function is { IsGlobal: true, Prototype: not null };

    /// <summary>Whether calls of a function are judged by its prototype.</summary>
    public bool Contains(int function) => !_rules[function].IsDefault;

    /// <summary>What it takes.</summary>
    public ImmutableArray<ParameterRule> Rules(int function) => _rules[function];

    /// <summary>Whether it, or what it calls, may move the packet.</summary>
    public bool ChangesPackets(int function) => _changesPackets[function];

    /// <summary>Whether it, or what it calls, has atomic operations.</summary>
    public bool UpdatesAtomically(int function) => _updatesAtomically[function];

    /// <summary>A followed path calls it.</summary>
    public void NoteCall(int function) => _called[function] = true;

    /// <summary>A function that was called and not followed yet, or -1; it counts as followed from now on.</summary>
    public int TakeNext()
    {
        for (int i = 0; i < _called.Length; i++)
        {
            if (!_called[i] || _followed[i])
                continue;
            _followed[i] = true;
            return i;
        }

        return -1;
    }

    static bool ChangesPacket(in Instruction instruction, FrozenDictionary<int, HelperSignature> helpers) =>
        instruction.IsHelperCall && helpers.TryGetValue(instruction.Immediate, out HelperSignature? helper)
        && (helper.Effects & HelperEffects.ChangesPacket) != 0;

    // Functions with an instruction of a kind in reachable code, and all that call them.
    static bool[] Spread(ControlFlowGraph graph, Property property)
    {
        var has = new bool[graph.Program.Functions.Length];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int slot = 0; slot < graph.Code.Length; slot++)
            {
                int function = graph.FunctionOf(slot);
                if (has[function] || !graph.IsReachable(slot) || graph.IsSecondHalf(slot))
                    continue;
                Instruction instruction = graph.Code[slot];
                bool calls = instruction.IsProgramCall || instruction.IsFunctionReference;
                has[function] = property(instruction) || (calls && has[graph.FunctionOf(instruction.CallTarget(slot))]);
                changed |= has[function];
            }
        }

        return has;
    }
}
