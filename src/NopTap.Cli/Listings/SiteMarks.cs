// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.Cli.Listings;

/// <summary>Which instructions of a program belong to probes, and how.</summary>
sealed class SiteMarks
{
    readonly Dictionary<int, string> _marks = [];

    /// <summary>Finds them.</summary>
    public SiteMarks(ProgramSpec program)
    {
        foreach (ProbeSpec probe in program.Probes)
        {
            foreach (ProbeSiteSpec site in probe.Sites)
            {
                _marks[site.Instruction] = $"<-- probe {probe.Name}{ProbeText.Arguments(probe, site)}";
                if (site.IsLazy)
                    _marks[site.ArmingInstruction] = $"<-- arms probe {probe.Name}";
            }
        }
    }

    /// <summary>What to write behind an instruction, or null.</summary>
    public string? At(int instruction) => _marks.GetValueOrDefault(instruction);
}
