// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace NopTap.Cli;

/// <summary>bpftool's manners in front of the parser: unique prefixes of nouns and verbs, and <c>help</c> as a word.</summary>
static class CommandWords
{
    /// <summary>Writes abbreviated nouns and verbs out.</summary>
    /// <param name="root">The grammar.</param>
    /// <param name="arguments">As typed.</param>
    /// <param name="expanded">With whole words.</param>
    /// <param name="problem">What is unknown or ambiguous, for a person.</param>
    public static bool TryExpand(
        Command root, IReadOnlyList<string> arguments, out string[] expanded, [NotNullWhen(false)] out string? problem)
    {
        expanded = [.. arguments];
        problem = null;
        Command command = root;
        for (int i = 0; i < expanded.Length && command.Subcommands.Count != 0; i++)
        {
            string word = expanded[i];
            if (word.Length == 0 || word[0] == '-')
                continue;
            if (word == "help")
            {
                expanded[i] = "--help";
                continue;
            }

            Command[] matches = Matches(command, word);
            if (matches.Length != 1)
            {
                problem = matches.Length == 0
                    ? $"noptap: unknown command '{word}'; {Describe(command)}"
                    : $"noptap: '{word}' is ambiguous; {Describe(command, matches)}";
                problem += $"{Environment.NewLine}Try '{PathOf(root, command)} --help'.";
                return false;
            }

            command = matches[0];
            expanded[i] = command.Name;
        }

        return true;
    }

    /// <summary>A sentence with the words that may follow.</summary>
    public static string Describe(Command command) => Describe(command, command.Subcommands);

    /// <summary>How a command is typed.</summary>
    public static string PathOf(Command root, Command command)
    {
        string path = "";
        for (Command? at = command; at is not null && at != root; at = at.Parents.OfType<Command>().FirstOrDefault())
            path = $" {at.Name}{path}";
        return $"noptap{path}";
    }

    static string Describe(Command command, IEnumerable<Command> choices) =>
        $"{(command is RootCommand ? "noptap" : $"'{command.Name}'")} knows {string.Join(", ", choices.Where(choice => !choice.Hidden).Select(choice => choice.Name))}";

    static Command[] Matches(Command command, string word)
    {
        Command[] matches = [.. command.Subcommands.Where(candidate => candidate.Name.StartsWith(word, StringComparison.Ordinal))];
        Command? exact = Array.Find(matches, candidate => candidate.Name == word);
        return exact is null ? matches : [exact];
    }
}
