// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using NopTap.Cli.Commands;

namespace NopTap.Cli;

/// <summary>The tool: from arguments to an exit code.</summary>
static class Tool
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Refused; a diagnostic is on standard error.</summary>
    public const int Refused = 1;

    /// <summary>Arguments that make no command.</summary>
    public const int Misuse = 2;

    /// <summary>Interrupted by Ctrl-C, as shells tell it: 128 and the number of SIGINT.</summary>
    public const int Interrupted = 130;

    const int HelpWidth = 100;

    /// <summary>Runs a command line.</summary>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        RootCommand root = MakeRoot(terminal);
        if (!CommandWords.TryExpand(root, arguments, out string[] expanded, out string? problem))
        {
            terminal.Error.WriteLine(problem);
            return Misuse;
        }

        // No response files: "@" is an ordinary character here.
        ParseResult parsed = root.Parse(expanded, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count != 0 && parsed.Action is not { ClearsParseErrors: true }))
            return ReportMisuse(root, parsed, terminal);
        var configuration = new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        return parsed.Invoke(configuration);
    }

    static RootCommand MakeRoot(Terminal terminal)
    {
        var root = new RootCommand("Runs BPF programs in this process and shows what their static probes see.")
        {
            HelpName = "noptap",
        };
        GlobalOptions.AddTo(root);
        root.Add(DemoCommand.Create(terminal));
        root.Add(RunCommand.Create(terminal));
        root.Add(VerifyCommand.Create(terminal));
        root.Add(Noun(
            "prog",
            "Programs of an object.",
            ProgListCommand.Create(terminal),
            Noun("dump", "Print the code of programs.", DumpXlatedCommand.Create(terminal), DumpJitedCommand.Create(terminal))));
        root.Add(Noun("probe", "Static probes of an object.", ProbeListCommand.Create(terminal), ProbeTraceCommand.Create(terminal)));
        root.Add(Noun("map", "Maps of an object.", MapListCommand.Create(terminal), MapDumpCommand.Create(terminal)));
        foreach (Option option in root.Options)
        {
            if (option.Action is HelpAction help)
                help.MaxWidth = HelpWidth;
        }

        return root;
    }

    static Command Noun(string name, string description, params ReadOnlySpan<Command> verbs)
    {
        var noun = new Command(name, description);
        foreach (Command verb in verbs)
            noun.Add(verb);
        return noun;
    }

    static int ReportMisuse(RootCommand root, ParseResult parsed, Terminal terminal)
    {
        Command command = parsed.CommandResult.Command;
        if (command.Subcommands.Count != 0)
            terminal.Error.WriteLine($"noptap: a command is missing; {CommandWords.Describe(command)}");
        else
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
                terminal.Error.WriteLine($"noptap: {char.ToLowerInvariant(message[0])}{message.TrimEnd('.').AsSpan(1)}");
        }

        terminal.Error.WriteLine($"Try '{CommandWords.PathOf(root, command)} --help'.");
        return Misuse;
    }
}
