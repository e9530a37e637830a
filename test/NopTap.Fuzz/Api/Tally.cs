// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz.Api;

/// <summary>Which members were called how often, and what came out of them that no member documents. Thread-safe.</summary>
sealed class Tally
{
    readonly Lock _lock = new();

    internal SortedDictionary<string, long> Calls { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Exceptions that no member documents: kind, member and place, with how often and the first sequence that had it.</summary>
    internal SortedDictionary<string, (long Count, ulong Seed, string Text)> Faults { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Calls that returned or threw.</summary>
    internal long Total { get; set; }

    internal ulong Seed { get; set; }

    internal void Count(string member)
    {
        lock (_lock)
        {
            Total++;
            Calls[member] = Calls.GetValueOrDefault(member) + 1;
        }
    }

    internal void Throw(string member, Exception e)
    {
        if (IsDocumented(e))
            return;
        lock (_lock)
        {
            string key = $"{e.GetType().Name} from {member} {Place(e)}";
            (long count, ulong seed, string text) = Faults.GetValueOrDefault(key, (0, Seed, e.ToString()));
            Faults[key] = (count + 1, seed, text);
        }
    }

    internal void Merge(Tally other)
    {
        lock (_lock)
        {
            Total += other.Total;
            foreach ((string member, long count) in other.Calls)
                Calls[member] = Calls.GetValueOrDefault(member) + count;
            foreach ((string key, (long count, ulong seed, string text)) in other.Faults)
            {
                (long before, ulong first, string firstText) = Faults.GetValueOrDefault(key, (0, seed, text));
                Faults[key] = (before + count, first, firstText);
            }
        }
    }

    // What docs/architecture.md and the members' own documentation allow.
    static bool IsDocumented(Exception e) => e switch
    {
        BpfException or ObjectDisposedException or KeyNotFoundException or IOException or UnauthorizedAccessException or OperationCanceledException => true,
        ArgumentException or NotSupportedException => true,
        // Written by the library about its own state; those of .NET about a missing value or a changed list are faults.
        InvalidOperationException => e.TargetSite?.Module.Assembly.GetName().Name?.StartsWith("NopTap", StringComparison.Ordinal) == true,
        CallbackException => true,
        _ => false,
    };

    static string Place(Exception e) =>
        e.StackTrace?.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains("NopTap.", StringComparison.Ordinal)
            && !line.Contains("NopTap.Fuzz", StringComparison.Ordinal)) ?? "";
}
