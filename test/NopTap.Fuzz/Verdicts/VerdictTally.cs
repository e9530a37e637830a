// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Counts of a campaign. Each thread has one; they are added up at the end.</summary>
public sealed class VerdictTally
{
    /// <summary>Programs before both verifiers.</summary>
    public long Programs { get; set; }

    /// <summary>Accepted by both.</summary>
    public long Both { get; set; }

    /// <summary>Refused by both.</summary>
    public long Neither { get; set; }

    /// <summary>Ticks spent in our verifier, and in the kernel's.</summary>
    public long OurTicks { get; set; }

    /// <inheritdoc cref="OurTicks"/>
    public long KernelTicks { get; set; }

    /// <summary>Refused here only, by diagnostic and the kind of instruction: how often, and an example.</summary>
    public SortedDictionary<string, Counted> OnlyKernel { get; } = new(StringComparer.Ordinal);

    /// <summary>Refused by the kernel only, for a named reason that is no matter of safety.</summary>
    public SortedDictionary<string, Counted> Quirks { get; } = new(StringComparer.Ordinal);

    /// <summary>Refused by both, by our diagnostic.</summary>
    public SortedDictionary<string, Counted> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Broken off after some thousand steps: not compared.</summary>
    public long Long { get; set; }

    /// <summary>Programs about which the kernel must not be asked; see <see cref="ExplicitExits"/>.</summary>
    public long NotAsked { get; set; }

    /// <summary>Finds: accepted here and refused by the kernel, or different results.</summary>
    public List<VerdictFind> Wrong { get; } = [];

    /// <summary>What only the kernel accepts, without what is explained.</summary>
    public List<VerdictFind> Reverse { get; } = [];

    /// <summary>Counts one more in a table.</summary>
    public static void Count(SortedDictionary<string, Counted> table, string key, string example) =>
        table[key] = table.TryGetValue(key, out Counted? known) ? known with { Times = known.Times + 1 } : new Counted(1, example);

    /// <summary>Adds the counts of another thread.</summary>
    public void Add(VerdictTally other)
    {
        Programs += other.Programs;
        Both += other.Both;
        Long += other.Long;
        NotAsked += other.NotAsked;
        Neither += other.Neither;
        OurTicks += other.OurTicks;
        KernelTicks += other.KernelTicks;
        Add(OnlyKernel, other.OnlyKernel);
        Add(Quirks, other.Quirks);
        Add(Refused, other.Refused);
        Wrong.AddRange(other.Wrong);
        Reverse.AddRange(other.Reverse);
    }

    static void Add(SortedDictionary<string, Counted> table, SortedDictionary<string, Counted> other)
    {
        foreach ((string key, Counted counted) in other)
            table[key] = table.TryGetValue(key, out Counted? known) ? known with { Times = known.Times + counted.Times } : counted;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"both accept {Both}, both refuse {Neither}, ");
        text.Append(CultureInfo.InvariantCulture, $"only the kernel accepts {OnlyKernel.Values.Sum(value => value.Times)}, ");
        text.Append(CultureInfo.InvariantCulture, $"named differences {Quirks.Values.Sum(value => value.Times)}, wrong {Wrong.Count}, too long to compare {Long}, not asked {NotAsked}\n");
        text.Append("  both refuse:");
        foreach ((string key, Counted counted) in Refused)
            text.Append(CultureInfo.InvariantCulture, $" {key} {counted.Times} ({counted.Example})");
        text.Append('\n');
        foreach ((string key, Counted counted) in OnlyKernel)
            text.Append(CultureInfo.InvariantCulture, $"  only the kernel: {counted.Times} times {key} (first {counted.Example})\n");
        foreach ((string key, Counted counted) in Quirks)
            text.Append(CultureInfo.InvariantCulture, $"  named difference: {counted.Times} times {key} (first {counted.Example})\n");
        foreach (VerdictFind find in Wrong.Take(50))
            text.Append(CultureInfo.InvariantCulture, $"  WRONG {find.Subject.Name}: {find.What}\n");
        return text.ToString();
    }
}

/// <summary>How often, and the first example.</summary>
public sealed record Counted(long Times, string Example);

/// <summary>A program on which the verifiers or the engines differ.</summary>
/// <param name="Subject">The program.</param>
/// <param name="What">The difference.</param>
public sealed record VerdictFind(Subject Subject, string What);
