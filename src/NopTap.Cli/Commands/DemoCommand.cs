// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using NopTap.Cli.Demo;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap demo</c>: the whole story on files inside the tool.</summary>
static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", "Show the whole story on a firewall and packets inside the tool; needs no files.");
        Invocation.Handle(command, terminal, call =>
        {
            using var story = new DemoStory();
            DemoFindings findings = story.Tell();
            if (call.IsJson)
                call.WriteJson(findings.ToJson());
            else
                DemoScreen.Show(call.Terminal, findings);
            foreach (DemoClaim claim in findings.Claims.Where(claim => !claim.Holds))
                call.Report(CliDiagnostics.DemoClaim.At(default, $"\"{claim.Text}\" is not so: {claim.Seen}", "please report it with this output"));
            return findings.Claims.All(claim => claim.Holds) ? Tool.Success : Tool.Refused;
        });
        return command;
    }
}
