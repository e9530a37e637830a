// SPDX-License-Identifier: Apache-2.0

using System.IO.Enumeration;
using NopTap.Isa;
using NopTap.Links;

namespace NopTap.Cli.Running;

/// <summary>A probe that a pattern names.</summary>
/// <param name="Program">Its program.</param>
/// <param name="Probe">The probe.</param>
sealed record ProbeMatch(BpfProgram Program, BpfProbe Probe)
{
    /// <summary>Finds probes that can be hit.</summary>
    /// <param name="session">The object.</param>
    /// <param name="pattern">A name with * and ?, with a program's in front and a colon where one is meant.</param>
    /// <exception cref="BpfOperationException">There is none.</exception>
    public static ProbeMatch[] Find(Session session, string pattern)
    {
        int colon = pattern.IndexOf(':', StringComparison.Ordinal);
        string programs = colon < 0 ? "*" : pattern[..colon];
        string probes = pattern[(colon + 1)..];
        ProbeMatch[] named =
        [
            .. session.Object.Programs
                .Where(program => program.IsBound && Fits(programs, program.Name))
                .SelectMany(program => program.Probes.Select(probe => new ProbeMatch(program, probe)))
                .Where(match => Fits(probes, match.Probe.Name)),
        ];
        ProbeMatch[] alive = [.. named.Where(match => match.Probe.IsAttachable)];
        if (alive.Length != 0)
            return alive;
        string[] all = [.. session.Object.Programs.Where(program => program.IsBound).SelectMany(program => program.Probes.Select(probe => probe.Name))];
        throw new BpfOperationException(CliDiagnostics.NoSuchProbe.At(
            new DiagnosticPlace { File = session.File.Spec.Name },
            named.Length == 0 ? $"no probe fits '{pattern}'" : $"'{named[0].Probe.Name}' cannot be hit: {named[0].Probe.Unattachable}",
            $"the object has {Choices.List(all)}"));
    }

    /// <summary>Name of the program that all of them belong to, or null.</summary>
    public static string? OnlyProgramOf(ProbeMatch[] matches) =>
        matches.All(match => match.Program == matches[0].Program) ? matches[0].Program.Name : null;

    static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
