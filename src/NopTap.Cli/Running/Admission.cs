// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Cli.Running;

/// <summary>On what a program runs, as its type, section and parameter tell: what the runtime asks before anything is verified.</summary>
/// <param name="Type">What it gets and may do.</param>
/// <param name="NotRunnable">Why it is never run, or null.</param>
sealed record Admission(ProgramTypeInfo Type, Diagnostic? NotRunnable)
{
    /// <summary>Asks.</summary>
    public static Admission Of(ProgramSpec program)
    {
        ProgramTypeInfo type = ProgramTypes.Admit(program, out Diagnostic? notRunnable);
        return new Admission(type, notRunnable);
    }

    /// <summary>In words, for a table.</summary>
    public string RunsOn => Type.Kind switch
    {
        ContextKind.Xdp or ContextKind.Skb => "packets",
        ContextKind.Observer => "a target",
        ContextKind.Plain when Type.Context is { } context => string.Create(CultureInfo.InvariantCulture, $"{context.StructName} ({context.Size} bytes)"),
        _ => "nothing here",
    };
}
