// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Exploration;
using NopTap.Verifier.Specs;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier;

/// <summary>Decides whether a program may run, and collects what engines need to know of it.</summary>
/// <remarks>Pure and thread-safe: the same request gives the same result. Nothing is thrown for a bad program.</remarks>
public static class ProgramVerifier
{
    /// <summary>Verifies a program.</summary>
    /// <param name="request">The program and what it may use.</param>
    public static VerificationResult Verify(VerificationRequest request) => Verify(request, trace: null);

    /// <summary>Verifies a program and writes the exploration of its paths as it goes.</summary>
    /// <remarks>
    /// For people who ask how it came to a verdict: an instruction a line, with the registers and stack slots that it changed, in the manner of
    /// the kernel's log at level 2; all that is known at the beginning of each path; lines of C as comments. The text is no format to rely on.
    /// </remarks>
    /// <param name="request">The program and what it may use.</param>
    /// <param name="log">Where the log goes; nothing is flushed. A program that is refused before its paths are followed has none.</param>
    public static VerificationResult Verify(VerificationRequest request, TextWriter log)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(log);
        var trace = new ExplorationLog(request, log);
        VerificationResult result = Verify(request, trace);
        if (result.Statistics.Steps != 0)
            trace.Finish(result.Statistics);
        return result;
    }

    /// <summary>Verifies a program under observation.</summary>
    /// <param name="request">The program and what it may use.</param>
    /// <param name="trace">Is told each step of the exploration, or null.</param>
    /// <param name="exact">Whether every number counts where paths meet, so that each run of the program lies within the states followed.</param>
    internal static VerificationResult Verify(VerificationRequest request, ExplorationTrace? trace, bool exact = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        request = VerificationGate.Admit(request, out Diagnostic? problem);
        problem ??= StructureChecker.Check(request.Program, request.Maps);
        if (problem is not null)
            return new VerificationResult(problem, request.Program);
        var graph = new ControlFlowGraph(request.Program);
        if (CallDepth.Check(graph) is Diagnostic recursive)
            return new VerificationResult(recursive, request.Program);
        return Explore(graph, request, trace, exact);
    }

    static VerificationResult Explore(ControlFlowGraph graph, VerificationRequest request, ExplorationTrace? trace, bool exact)
    {
        RegisterSet[] live = Liveness.Compute(graph, request.Helpers);
        (ExplorationFacts facts, Rejection? rejection) = Explorer.Run(graph, request, live, trace, exact);
        var statistics = new VerificationStatistics(facts.Steps, facts.Checkpoints, facts.PeakWaiting, facts.ImpossibleBranches);
        rejection ??= CombinedStack.Check(graph, request, facts);
        if (rejection is not null)
            return new VerificationResult(rejection, facts.Refused is { } path ? () => Explorer.Tell(graph, request with { CancellationToken = default }, live, rejection, path, exact) : null) { Statistics = statistics };
        ImmutableArray<Instruction>.Builder code = request.Program.Instructions.ToBuilder();
        for (int slot = 0; slot < code.Count; slot++)
        {
            if (facts.Fields[slot] is ContextField field)
                code[slot] = ContextAccess.Native(code[slot], field);
        }

        return new VerificationResult(Facts.Build(graph, request, facts, live, code.ToImmutable())) { Statistics = statistics };
    }
}
