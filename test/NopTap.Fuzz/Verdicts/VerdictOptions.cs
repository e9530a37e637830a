// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Fuzz.Verdicts;

/// <summary>What a campaign of verdicts is asked to do.</summary>
public sealed record VerdictOptions
{
    /// <summary>First seed.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Seeds at most.</summary>
    public long Count { get; init; } = long.MaxValue;

    /// <summary>Seconds at most.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Name of a shape, see <see cref="Shapes"/>; <c>objects</c> for mutants of objects.</summary>
    public string Shape { get; init; } = Shapes.All;

    /// <summary>Threads, each with maps and types of its own.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Folder for the finds; null to write none.</summary>
    public string? Folder { get; init; }

    /// <summary>Objects or folders of objects for the shape <c>objects</c>; those of the repository when there are none.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Whether also what only the kernel accepts is reduced and written.</summary>
    public bool Reverse { get; init; }

    /// <summary>Print the program of the first seed with both verdicts, and do nothing else.</summary>
    public bool Show { get; init; }

    /// <summary>The words of the command line.</summary>
    public const string Usage =
        "verdicts [--seed N] [--count N] [--seconds N] [--shape S] [--threads N] [--out FOLDER] [--whole] [--reverse] [--show] [OBJECT|FOLDER ...]";

    /// <summary>Reads the command line.</summary>
    /// <returns>Null where it is not understood.</returns>
    public static VerdictOptions? Parse(ReadOnlySpan<string> words)
    {
        var options = new VerdictOptions();
        List<string> paths = [];
        bool timed = false;
        for (int n = 0; n < words.Length; n++)
        {
            string word = words[n];
            bool flag = word is "--reverse" or "--show" or "--whole";
            if (word.StartsWith("--", StringComparison.Ordinal) && !flag && n + 1 == words.Length)
                return null;
            switch (word)
            {
                case "--seed": options = options with { Seed = long.Parse(words[++n], CultureInfo.InvariantCulture) }; break;
                case "--count": options = options with { Count = long.Parse(words[++n], CultureInfo.InvariantCulture), Seconds = timed ? options.Seconds : double.MaxValue }; break;
                case "--seconds": (options, timed) = (options with { Seconds = double.Parse(words[++n], CultureInfo.InvariantCulture) }, true); break;
                case "--shape": options = options with { Shape = words[++n] }; break;
                case "--threads": options = options with { Threads = int.Parse(words[++n], CultureInfo.InvariantCulture) }; break;
                case "--out": options = options with { Folder = words[++n] }; break;
                case "--reverse": options = options with { Reverse = true }; break;
                case "--whole": Shapes.Whole = true; break;
                case "--show": options = options with { Show = true }; break;
                default:
                    if (word.StartsWith('-'))
                        return null;
                    paths.Add(word);
                    break;
            }
        }

        return options with { Paths = paths };
    }
}
