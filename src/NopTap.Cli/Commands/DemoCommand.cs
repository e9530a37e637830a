// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using NopTap.Cli.Demo;
using NopTap.Isa;

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
            return Judge(findings.Claims, call.Report);
        });
        return command;
    }

    /// <summary>The exit code; reports what does not hold.</summary>
    public static int Judge(IReadOnlyList<DemoClaim> claims, Action<Diagnostic> report)
    {
        foreach (DemoClaim claim in claims.Where(claim => !claim.Holds))
            report(CliDiagnostics.DemoClaim.At(default, $"\"{claim.Text}\" is not so: {claim.Seen}", "please report it with this output"));
        return claims.All(claim => claim.Holds) ? Tool.Success : Tool.Refused;
    }
}
