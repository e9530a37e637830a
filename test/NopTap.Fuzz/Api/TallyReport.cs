// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Api;

/// <summary>A <see cref="Tally"/> as it goes from child to parent.</summary>
sealed record TallyReport(Dictionary<string, long> Calls, Dictionary<string, FaultReport> Faults, long Total)
{
    internal TallyReport(Tally tally)
        : this(
            new Dictionary<string, long>(tally.Calls),
            tally.Faults.ToDictionary(fault => fault.Key, fault => new FaultReport(fault.Value.Count, fault.Value.Seed, fault.Value.Text)),
            tally.Total)
    {
    }

    internal Tally ToTally() => new()
    {
        Calls = new SortedDictionary<string, long>(Calls, StringComparer.Ordinal),
        Faults = new SortedDictionary<string, (long, ulong, string)>(
            Faults.ToDictionary(fault => fault.Key, fault => (fault.Value.Count, fault.Value.Seed, fault.Value.Text)), StringComparer.Ordinal),
        Total = Total,
    };
}
