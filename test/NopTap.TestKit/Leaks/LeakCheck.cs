// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Loading;
using NopTap.Maps;
using NopTap.Threads;

namespace NopTap.TestKit.Leaks;

/// <summary>
/// Whether everything that the runtime holds natively was given back: to be asked when a process has done its work and no other thread runs
/// programs.
/// </summary>
/// <remarks>
/// What the garbage collector can free is no leak: it collects first. <c>NOPTAP_TRACE_RESOURCES=1</c> keeps the stack that made each resource,
/// and the message has it. A thread's block is never unmapped by design; it must be idle and its free slots zero.
/// </remarks>
public static class LeakCheck
{
    const int Rounds = 20;
    const string TraceVariable = "NOPTAP_TRACE_RESOURCES";

    static readonly List<IDisposable> s_shared = [];
    static bool s_isAllowed;

    /// <summary>Keeps stacks from now on if the environment asks for it. To be called first of all.</summary>
    public static void Begin() => LiveResources.KeepsStacks = Environment.GetEnvironmentVariable(TraceVariable) == "1";

    /// <summary>For what the tests of a process share: it is disposed of before the check.</summary>
    public static T DisposeAtEnd<T>(T shared)
        where T : IDisposable
    {
        lock (s_shared)
            s_shared.Add(shared);
        return shared;
    }

    /// <summary>For scenarios about what hosts forget: nothing is checked at the end of this process.</summary>
    /// <param name="reason">Why something is left.</param>
    public static void Allow(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        s_isAllowed = true;
    }

    /// <summary>Throws when something is left.</summary>
    /// <exception cref="LeakException">The message names it.</exception>
    public static void End()
    {
        if (s_isAllowed)
            return;
        lock (s_shared)
        {
            foreach (IDisposable shared in s_shared)
                shared.Dispose();
            s_shared.Clear();
        }

        IReadOnlyList<string> leaks = Find();
        if (leaks.Count != 0)
            throw new LeakException($"the run leaks ({TraceVariable}=1 shows who made it):\n{string.Join('\n', leaks)}");
    }

    /// <summary>What is left, a line each.</summary>
    public static IReadOnlyList<string> Find()
    {
        IReadOnlyList<string> leaks = [];
        // A finalizer may retire what only the next round frees.
        for (int i = 0; i < Rounds; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Epochs.Synchronize();
            leaks = [.. Resources(), .. Runtime(), .. Blocks()];
            if (leaks.Count == 0)
                break;
        }

        return leaks;
    }

    static IEnumerable<string> Resources()
    {
        foreach (LiveResource kind in Enum.GetValues<LiveResource>())
        {
            long kept = kind == LiveResource.GuestStack ? GuestMemories.Idle : 0;
            long count = LiveResources.Count(kind) - kept;
            if (count == 0)
                continue;
            yield return $"{kind}: {count}";
            foreach (string maker in LiveResources.Makers(kind).Take(5))
                yield return $"  made{maker}";
        }
    }

    static IEnumerable<string> Runtime()
    {
        if (Epochs.Pending != 0)
            yield return $"things to free when runs have ended: {Epochs.Pending}";
        if (MapRegions.Count != 0)
            yield return $"ranges of map memory: {MapRegions.Count}";
        if (SlotTable.Leased != LiveResources.Count(LiveResource.Slot))
            yield return $"slots: {SlotTable.Leased} leased, {LiveResources.Count(LiveResource.Slot)} counted";
    }

    static unsafe List<string> Blocks()
    {
        // SAFETY: blocks below Count are mapped for the life of the process.
        var leaks = new List<string>();
        for (int i = 0; i < ThreadBlocks.Count; i++)
        {
            ThreadBlock* block = ThreadBlocks.At(i);
            if (block->Depth != 0 || block->Epoch != 0)
                leaks.Add($"thread block {i} is inside a run: depth {block->Depth}, epoch {block->Epoch}");
            if (block->HeldLock != 0)
                leaks.Add($"thread block {i} holds the lock at 0x{block->HeldLock:x}");
            if (SlotTable.FirstDirty(block) is { } slot)
                leaks.Add($"slot {slot} of thread block {i} is not zero although nobody leases it");
        }

        return leaks;
    }
}
