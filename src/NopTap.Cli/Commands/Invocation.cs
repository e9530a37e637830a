// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Cli.Running;
using NopTap.Isa;

namespace NopTap.Cli.Commands;

/// <summary>One call of a command: what was typed, and where its output goes.</summary>
sealed class Invocation
{
    readonly ParseResult _parsed;

    Invocation(ParseResult parsed, Terminal terminal)
    {
        _parsed = parsed;
        Terminal = terminal;
        Format = parsed.GetValue<bool>(GlobalOptions.Pretty) ? OutputFormat.PrettyJson
            : parsed.GetValue<bool>(GlobalOptions.Json) ? OutputFormat.Json
            : OutputFormat.Plain;
    }

    /// <summary>Where to read and write.</summary>
    public Terminal Terminal { get; }

    /// <summary>How results are written.</summary>
    public OutputFormat Format { get; }

    /// <summary>Whether results are for a program.</summary>
    public bool IsJson => Format != OutputFormat.Plain;

    /// <summary>Makes a command whose failures end in a diagnostic and an exit code.</summary>
    public static void Handle(Command command, Terminal terminal, Func<Invocation, int> run) => command.SetAction(parsed =>
    {
        var invocation = new Invocation(parsed, terminal);
        try
        {
            return run(invocation);
        }
        catch (BpfException e)
        {
            invocation.Report(e.Diagnostic);
            return Tool.Refused;
        }
        finally
        {
            terminal.Out.Flush();
        }
    });

    /// <summary>Value of an argument.</summary>
    public T? Get<T>(Argument<T> argument) => _parsed.GetValue(argument);

    /// <summary>Value of an argument that must be there.</summary>
    public T Required<T>(Argument<T> argument) => _parsed.GetRequiredValue(argument);

    /// <summary>Value of an option.</summary>
    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    /// <summary>How often an option was given.</summary>
    public int Times(Option option) => _parsed.GetResult(option)?.IdentifierTokenCount ?? 0;

    /// <summary>Writes a document.</summary>
    public void WriteJson(JsonNode node) => Terminal.Out.Write(JsonOutput.ToText(node, Format == OutputFormat.PrettyJson) + "\n");

    /// <summary>Writes a result in the form that was asked for.</summary>
    public void Write(string plain, JsonNode json)
    {
        if (IsJson)
            WriteJson(json);
        else
            Terminal.Out.Write(plain);
    }

    /// <summary>Reports what ended runs before their time, and gives the exit code of the command.</summary>
    public int Ended(TrafficRun traffic, BpfProgram program)
    {
        var place = new DiagnosticPlace { Program = program.Name };
        if (Terminal.Interrupt.IsCancellationRequested)
        {
            Report(CliDiagnostics.Interrupted.At(place, $"interrupted after {traffic.Runs} runs", "what is printed is of these runs alone"));
            return Tool.Interrupted;
        }

        if (traffic.Stopped == 0)
            return Tool.Success;
        Report(CliDiagnostics.RunsStopped.At(
            place, $"{traffic.Stopped} of {traffic.Runs} runs were stopped after {program.Runtime.Options.Rounds} rounds of their loops", "give more with --rounds"));
        return Tool.Refused;
    }

    /// <summary>Writes a diagnostic; as JSON when results are.</summary>
    public void Report(Diagnostic diagnostic)
    {
        Terminal.Out.Flush();
        if (!IsJson)
        {
            Terminal.Error.WriteLine(diagnostic.ToString());
            return;
        }

        var json = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["id"] = diagnostic.Id,
                ["title"] = diagnostic.Descriptor.Title,
                ["errno"] = diagnostic.Errno.ToString(),
                ["place"] = diagnostic.Place.ToString(),
                ["message"] = diagnostic.Message,
                ["hint"] = diagnostic.Hint,
            },
        };
        Terminal.Error.WriteLine(JsonOutput.ToText(json, Format == OutputFormat.PrettyJson));
    }
}
