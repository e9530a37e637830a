// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.Fuzz.Verdicts;

/// <summary>The kinds of random programs.</summary>
public static class Shapes
{
    static readonly string[] s_composed =
        ["arithmetic", "branches", "stack", "maps", "packets", "context", "helpers", "records", "calls", "loops", "tailcalls", "exits", "locks", "dead", "oneway"];

    /// <summary>Every shape in turn, by seed.</summary>
    public const string All = "all";

    /// <summary>Mutants of objects.</summary>
    public const string Objects = "objects";

    /// <summary>Shapes with a subject of their own.</summary>
    public static IReadOnlyList<string> Composed => s_composed;

    /// <summary>Names of all shapes but <see cref="Objects"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["classic", "mixed", .. Composed];

    /// <summary>What makes the programs of a campaign.</summary>
    public static Func<long, Subject> Maker(VerdictOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Shape == Objects ? new ObjectMutants(options.Paths).Make : seed => Make(options.Shape, seed);
    }

    /// <summary>The program of a seed.</summary>
    public static Subject Make(string shape, long seed)
    {
        if (shape == All)
            shape = Names[(int)(seed % Names.Count)];
        ProgramSpec program = shape switch
        {
            "classic" => new ClassicGenerator((int)seed).Generate(),
            _ when Names.Contains(shape) => Spoil(Composer.Compose(shape, seed), seed),
            _ => throw new ArgumentException($"no shape '{shape}'; there are {All}, {Objects}, {string.Join(", ", Names)}", nameof(shape)),
        };
        return new Subject($"{shape} {seed}", program, World.Maps);
    }

    // Half of the composed programs stay as they are.
    static ProgramSpec Spoil(ProgramSpec program, long seed)
    {
        if (Whole)
            return program;
        var random = new SeededRandom((ulong)seed);
        int changes = random.Pick<int>([0, 0, 0, 0, 1, 1, 1, 2]);
        return changes == 0 ? program : Mutator.Mutate(program, random, changes);
    }

    /// <summary>Whether no program is spoilt, to see what the composer gets wrong.</summary>
    public static bool Whole { get; set; }
}
