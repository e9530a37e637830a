// SPDX-License-Identifier: Apache-2.0

using NopTap.Verifier.Cfg;

namespace NopTap.Verifier.Origins;

/// <summary>Facts from the dataflow of origins, for programs whose paths are not explored.</summary>
sealed class OriginFacts : IProgramFacts
{
    readonly ControlFlowGraph _graph;
    readonly OriginAnalysis _origins;

    public OriginFacts(ControlFlowGraph graph, OriginAnalysis origins) => (_graph, _origins) = (graph, origins);

    public int StackDepth(int function) => _origins.StackDepth(function);

    // Nothing is known of it here.
    public bool ReadsUnwrittenStack(int function) => _origins.StackDepth(function) != 0;

    public bool IsVisited(int slot) => _graph.IsReachable(slot);

    public BranchFact BranchAt(int slot) => BranchFact.Open;

    public AddressKind AddressAt(int slot) => AddressKind.Unknown;

    public int MapOfCall(int slot) =>
        _graph.Code[slot].IsHelperCall && _origins.Subject(slot) is { Origin: Origin.Map, IsExact: true } subject ? subject.Index : -1;
}
