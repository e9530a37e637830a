// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Cfg;

/// <summary>Forward dataflow: every register that is read was written on every path to the read.</summary>
/// <remarks>
/// A subprogram starts with the argument registers that all of its callers have written, a callback with all five. A call leaves r0
/// written when every exit of the callee has it.
/// </remarks>
sealed class Initialization
{
    // The frame pointer always is.
    const ushort Frame = 1 << (int)Register.R10;
    const ushort Everything = 0x7ff;

    readonly ControlFlowGraph _graph;
    readonly FrozenDictionary<int, HelperSignature> _helpers;
    readonly ushort[] _atBlock;
    readonly ushort[] _atEntry;
    readonly bool[] _returns;

    Initialization(ControlFlowGraph graph, VerificationRequest request)
    {
        _graph = graph;
        _helpers = request.Helpers;
        _atBlock = new ushort[graph.Blocks.Length];
        _atEntry = new ushort[graph.Program.Functions.Length];
        _returns = new bool[graph.Program.Functions.Length];
        Array.Fill(_atBlock, Everything);
        Array.Fill(_atEntry, (ushort)(Frame | RegisterSet.Arguments.Bits));
        Array.Fill(_returns, true);
        _atEntry[0] = (ushort)(Frame | (request.Context is null ? 0b110 : 0b10));
    }

    public static Diagnostic? Check(ControlFlowGraph graph, VerificationRequest request)
    {
        var analysis = new Initialization(graph, request);
        while (analysis.Pass())
        {
        }

        return analysis.Report();
    }

    bool Pass()
    {
        bool changed = false;
        for (int b = 0; b < _graph.Blocks.Length; b++)
        {
            BasicBlock block = _graph.Blocks[b];
            int function = _graph.FunctionOf(block.Start);
            ushort state = _atBlock[b];
            if (_graph.Program.Functions[function].Start == block.Start)
                state = _atBlock[b] &= _atEntry[function];
            for (int slot = block.Start; slot < block.End; slot += _graph.Code[slot].SlotCount)
            {
                changed |= Summaries(slot, function, state);
                state = After(slot, state);
            }

            (int next, int other) = _graph.Successors(block.Last);
            changed |= Flow(next, state) | Flow(other, state);
        }

        return changed;
    }

    bool Flow(int slot, ushort state)
    {
        if (slot < 0)
            return false;
        ref ushort there = ref _atBlock[_graph.BlockOf(slot)];
        ushort met = (ushort)(there & state);
        bool changed = met != there;
        there = met;
        return changed;
    }

    // What a call or exit adds to the knowledge of whole functions.
    bool Summaries(int slot, int function, ushort state)
    {
        Instruction instruction = _graph.Code[slot];
        if (instruction.IsExit && _returns[function] && (state & 1) == 0)
        {
            _returns[function] = false;
            return true;
        }

        if (!instruction.IsProgramCall)
            return false;
        int callee = _graph.FunctionOf(instruction.CallTarget(slot));
        ushort met = (ushort)(_atEntry[callee] & (state | Frame));
        bool changed = met != _atEntry[callee];
        _atEntry[callee] = met;
        return changed;
    }

    ushort After(int slot, ushort state)
    {
        Instruction instruction = _graph.Code[slot];
        int written = state | instruction.WrittenRegisters.Bits;
        if (!instruction.IsCall && !instruction.IsPacketLoad)
            return (ushort)written;
        bool returns = true;
        if (instruction.IsProgramCall)
            returns = _returns[_graph.FunctionOf(instruction.CallTarget(slot))];
        else if (instruction.IsHelperCall)
            returns = !_helpers.TryGetValue(instruction.Immediate, out HelperSignature? helper) || helper.Return != HelperReturn.Void;
        return (ushort)((written & ~RegisterSet.CallClobbered.Bits) | (returns ? 1 : 0));
    }

    Diagnostic? Report()
    {
        for (int b = 0; b < _graph.Blocks.Length; b++)
        {
            ushort state = _atBlock[b];
            BasicBlock block = _graph.Blocks[b];
            for (int slot = block.Start; slot < block.End; slot += _graph.Code[slot].SlotCount)
            {
                if (Missing(slot, state) is Diagnostic missing)
                    return missing;
                state = After(slot, state);
            }
        }

        return null;
    }

    Diagnostic? Missing(int slot, ushort state)
    {
        Instruction instruction = _graph.Code[slot];
        int site = _graph.SiteAt(slot);
        if (site >= 0)
            return MissingArgument(_graph.Sites[site], state);
        // A subprogram takes what its caller happens to have; it is judged at its own reads. Only the entry must return a value.
        if (instruction.IsProgramCall || (instruction.IsExit && _graph.FunctionOf(slot) != 0))
            return null;
        int missing = RegisterUse.Reads(_graph, _helpers, slot).Bits & ~state;
        if (missing == 0)
            return null;
        int register = int.TrailingZeroCount(missing);
        return VerifierDiagnostics.UninitializedRegister.At(
            ProgramPlaces.At(_graph.Program, slot),
            string.Create(CultureInfo.InvariantCulture, $"r{register} is read but not written on every path to here"),
            instruction.IsExit ? "set r0 before every exit" : $"write r{register} on every path before this instruction");
    }

    Diagnostic? MissingArgument(SiteReference reference, ushort state)
    {
        ProbeSpec probe = _graph.Program.Probes[reference.ProbeIndex];
        for (int i = 0; i < reference.Site.Arguments.Length; i++)
        {
            ProbeArgumentSpec argument = reference.Site.Arguments[i];
            if (argument.IsConstant || ((state >> (int)argument.Register) & 1) != 0)
                continue;
            return VerifierDiagnostics.UninitializedProbeArgument.At(
                ProgramPlaces.Probe(_graph.Program, probe, reference.Site.Instruction),
                string.Create(CultureInfo.InvariantCulture, $"argument {i} is in r{(int)argument.Register}, which is not written on every path to the site"),
                "give the argument a value on every path to the probe");
        }

        return null;
    }
}
