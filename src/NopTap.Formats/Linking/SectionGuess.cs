// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Sdt;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>
/// What a section name that libbpf does not know (any more) evidently means: <c>xdp_vlan01</c>, <c>socket1</c>, <c>tc_drop</c>, as loaders of
/// old took them for what they begin with. Only where the entry's parameter says nothing else; what stays open stays without a type.
/// </summary>
static class SectionGuess
{
    const string XdpStructure = "xdp_md";

    /// <summary>Gives a program without a type the one that its section and its parameter mean.</summary>
    public static ProgramSpec Apply(ProgramSpec program)
    {
        if (program.Type != ProgramType.Unspec)
            return program;
        string? structure = ContextTypes.EntryStructure(program)?.Name;
        SectionRule? named = ByBeginning(program.SectionName.TrimStart('?'));
        SectionRule? meant = structure switch
        {
            null => named,
            // No other type takes this one.
            XdpStructure => named ?? SectionTable.Exact["xdp"],
            _ => named,
        };
        if (meant is not { } rule || (structure is not null && ContextTypes.NameFor(rule.Type) != structure))
            return program;
        return program with { Type = rule.Type, AttachType = rule.AttachType, IsSleepable = rule.IsSleepable, HasFrags = rule.HasFrags };
    }

    // The longest name that it begins with, as a word: "tcp_stats" does not begin with "tc".
    static SectionRule? ByBeginning(string section)
    {
        for (int length = section.Length - 1; length > 0; length--)
        {
            if (char.IsAsciiLetter(section[length]))
                continue;
            string head = section[..length];
            if (SectionTable.Exact.TryGetValue(head, out SectionRule rule) || SectionTable.WithTarget.TryGetValue(head, out rule))
                return rule;
        }

        return null;
    }
}
