// SPDX-License-Identifier: Apache-2.0

using NopTap.Interpreter;
using NopTap.Jit.Abi;

namespace NopTap.Trampolines;

/// <summary>
/// The observers of one interpreted program: what its sites ask where machine code has a NOP. Published arrays are never changed.
/// </summary>
internal sealed unsafe class InterpreterProbes(int sites, int functions) : IProbeHook
{
    // Five arguments and a result.
    const int MaximumWords = 6;

    readonly TrampolineNode[]?[] _sites = new TrampolineNode[]?[sites];
    readonly bool[] _armed = new bool[sites];
    readonly TrampolineNode[]?[] _entries = new TrampolineNode[]?[functions];
    readonly TrampolineNode[]?[] _exits = new TrampolineNode[]?[functions];

    public bool IsActive(int site) => Volatile.Read(ref _sites[site]) is not null;

    public bool IsArmed(int site) => Volatile.Read(ref _armed[site]);

    public void Hit(int site, ReadOnlySpan<ulong> arguments, nint threadBlock) =>
        Call(Volatile.Read(ref _sites[site]), arguments, threadBlock);

    public bool IsTraced(int function) =>
        Volatile.Read(ref _entries[function]) is not null || Volatile.Read(ref _exits[function]) is not null;

    public void OnEntry(int function, ReadOnlySpan<ulong> arguments, nint threadBlock) =>
        Call(Volatile.Read(ref _entries[function]), arguments, threadBlock);

    public void OnExit(int function, ReadOnlySpan<ulong> arguments, ulong result, nint threadBlock)
    {
        TrampolineNode[]? nodes = Volatile.Read(ref _exits[function]);
        if (nodes is null)
            return;

        // The result stands behind the arguments that the function is declared to have.
        Span<ulong> withResult = stackalloc ulong[arguments.Length + 1];
        arguments.CopyTo(withResult);
        withResult[nodes[0].Link.ParameterCount] = result;
        Call(nodes, withResult, threadBlock);
    }

    internal void SetSite(int site, TrampolineNode[]? nodes) => Volatile.Write(ref _sites[site], nodes);

    internal void SetArmed(int site, bool isArmed) => Volatile.Write(ref _armed[site], isArmed);

    internal void SetFunction(int function, TrampolineNode[]? entries, TrampolineNode[]? exits)
    {
        Volatile.Write(ref _entries[function], entries);
        Volatile.Write(ref _exits[function], exits);
    }

    static void Call(TrampolineNode[]? nodes, ReadOnlySpan<ulong> arguments, nint threadBlock)
    {
        if (nodes is null)
            return;

        // In native memory, and there even when it is empty: the array is a program's context.
        ulong* array = stackalloc ulong[MaximumWords];
        arguments.CopyTo(new Span<ulong>(array, MaximumWords));
        foreach (TrampolineNode node in nodes)
            node.Hit(array, (ThreadBlock*)threadBlock);
    }
}
