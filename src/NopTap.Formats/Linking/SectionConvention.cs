// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>What the name of a program's section says about it.</summary>
/// <param name="Type">Program type; <see cref="ProgramType.Unspec"/> when the name is unknown.</param>
/// <param name="AttachType">Expected attach type.</param>
/// <param name="Target">Text behind the slash of names such as <c>fentry/NAME</c>; null when there is none.</param>
/// <param name="IsSleepable">Whether the program may sleep.</param>
/// <param name="HasFrags">Whether an XDP program takes fragmented packets.</param>
/// <param name="AutoLoad">False for names that begin with a question mark.</param>
readonly record struct SectionConvention(
    ProgramType Type, AttachType AttachType, string? Target, bool IsSleepable, bool HasFrags, bool AutoLoad)
{
    /// <summary>Reads a section name by libbpf's conventions.</summary>
    public static SectionConvention Parse(string section)
    {
        bool autoLoad = !section.StartsWith('?');
        string name = autoLoad ? section : section[1..];
        if (SectionTable.Exact.TryGetValue(name, out SectionRule exact))
            return exact.With(null, autoLoad);
        int slash = name.IndexOf('/');
        string head = slash < 0 ? name : name[..slash];
        string? target = slash < 0 ? null : name[(slash + 1)..];
        return SectionTable.WithTarget.TryGetValue(head, out SectionRule rule)
            ? rule.With(target, autoLoad)
            : new SectionConvention(ProgramType.Unspec, default, target, false, false, autoLoad);
    }
}
