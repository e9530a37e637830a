// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Isa;

/// <summary>
/// Counts what exists now of each <see cref="LiveResource"/> in this process, so that tests find what nobody freed. Thread-safe; never on the
/// path of a run.
/// </summary>
internal static class LiveResources
{
    static readonly long[] s_counts = new long[Enum.GetValues<LiveResource>().Length];
    static readonly Dictionary<(LiveResource, long), StackTrace> s_makers = [];

    /// <summary>A debug switch: whether the stack that made a resource is kept. What was made before stays unknown.</summary>
    internal static bool KeepsStacks { get; set; }

    /// <summary>Notes that a resource exists from now on.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="key">What tells it from others of its kind: an address, a handle, a number.</param>
    internal static void Add(LiveResource kind, long key)
    {
        Interlocked.Increment(ref s_counts[(int)kind]);
        if (!KeepsStacks)
            return;
        var maker = new StackTrace(1, fNeedFileInfo: true);
        lock (s_makers)
            s_makers[(kind, key)] = maker;
    }

    /// <summary>Notes that a resource exists no more.</summary>
    /// <param name="kind">What it was.</param>
    /// <param name="key">As it was added.</param>
    internal static void Remove(LiveResource kind, long key)
    {
        Interlocked.Decrement(ref s_counts[(int)kind]);
        if (!KeepsStacks)
            return;
        lock (s_makers)
            s_makers.Remove((kind, key));
    }

    /// <summary>Notes that those with keys from one number up to another exist no more.</summary>
    /// <param name="kind">What they were.</param>
    /// <param name="first">First key.</param>
    /// <param name="end">Behind the last key.</param>
    /// <param name="count">How many there were.</param>
    internal static void RemoveRange(LiveResource kind, long first, long end, int count)
    {
        Interlocked.Add(ref s_counts[(int)kind], -count);
        if (!KeepsStacks)
            return;
        lock (s_makers)
        {
            foreach ((LiveResource, long Key) maker in s_makers.Keys.Where(maker => maker.Item1 == kind && maker.Item2 >= first && maker.Item2 < end).ToList())
                s_makers.Remove(maker);
        }
    }

    /// <summary>How many exist now.</summary>
    internal static long Count(LiveResource kind) => Interlocked.Read(ref s_counts[(int)kind]);

    /// <summary>The stacks that made what exists now, as far as they were kept.</summary>
    internal static IReadOnlyList<string> Makers(LiveResource kind)
    {
        lock (s_makers)
            return [.. s_makers.Where(maker => maker.Key.Item1 == kind).Select(maker => maker.Value.ToString())];
    }
}
