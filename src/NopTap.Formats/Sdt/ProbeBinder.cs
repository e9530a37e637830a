// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Linking;

namespace NopTap.Formats.Sdt;

static class ProbeBinder
{
    public static ImmutableArray<ProgramSpec> Bind(LinkContext context, LinkedProgram[] linked) => [.. linked.Select(static l => l.Program)];
}
