// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>One row of the table of section names.</summary>
readonly record struct SectionRule(ProgramType Type, AttachType AttachType, bool IsSleepable = false, bool HasFrags = false)
{
    public SectionConvention With(string? target, bool autoLoad) => new(Type, AttachType, target, IsSleepable, HasFrags, autoLoad);
}
