// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;

namespace NopTap.Cli.Listings;

/// <summary>The words behind the object in <c>prog dump … OBJ [PROG] [linum] [opcodes]</c>.</summary>
/// <param name="Program">Program; null for all.</param>
/// <param name="HasPlaces">Whether file, line and column are wanted (<c>linum</c>).</param>
/// <param name="HasBytes">Whether the bytes of instructions are wanted (<c>opcodes</c>).</param>
sealed record DumpWords(string? Program, bool HasPlaces, bool HasBytes)
{
    const string Places = "linum";
    const string Bytes = "opcodes";

    /// <summary>The argument that takes them.</summary>
    public static Argument<string[]> MakeArgument()
    {
        var argument = new Argument<string[]>("PROG")
        {
            Description = "Program (all when left out), then the words linum for places in the source, opcodes for bytes.",
            Arity = new ArgumentArity(0, 3),
        };
        argument.Validators.Add(result =>
        {
            string[] names = [.. result.Tokens.Select(token => token.Value).Where(word => word is not (Places or Bytes))];
            if (names.Length > 1)
                result.AddError($"One program at a time, not '{string.Join("' and '", names)}'.");
        });
        return argument;
    }

    /// <summary>Sorts them.</summary>
    public static DumpWords Of(string[]? words)
    {
        words ??= [];
        return new DumpWords(Array.Find(words, word => word is not (Places or Bytes)), words.Contains(Places), words.Contains(Bytes));
    }
}
