// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace NopTap.Cli.Listings;

/// <summary>Types under the names that bpftool prints: <c>percpu_array</c>, <c>sched_cls</c>.</summary>
static class KernelNames
{
    /// <summary>The kernel's name of a program, map or attach type.</summary>
    public static string Of<T>(T type)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.ToString());
}
