// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Cli.Tests;

/// <summary>One call of the tool, in this process, on strings instead of a console.</summary>
sealed record ToolRun(int Exit, string Out, string Error)
{
    public static string Firewall { get; } = Repository.PathOf("samples", "firewall", "firewall.bpf.o");

    public static string Classifier { get; } = Repository.PathOf("samples", "classifier", "classifier.bpf.o");

    public static string TailCall { get; } = Repository.PathOf("samples", "tailcall", "tailcall.bpf.o");

    public static string Observers { get; } = Repository.PathOf("samples", "observers", "observers.bpf.o");

    public static string Traffic { get; } = Repository.PathOf("samples", "traffic", "traffic.pcap");

    public static ToolRun Of(params string[] arguments) => With("", hasColor: false, CancellationToken.None, arguments);

    public static ToolRun With(string input, bool hasColor, CancellationToken interrupt, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal { In = new StringReader(input), Out = output, Error = error, HasColor = hasColor, HasProgress = hasColor, Interrupt = interrupt };
        int exit = Tool.Run(arguments, terminal);
        return new ToolRun(exit, output.ToString(), error.ToString());
    }

    /// <summary>Standard output of a call that must succeed.</summary>
    public static string Output(params string[] arguments)
    {
        ToolRun run = Of(arguments);
        Assert.Equal("", run.Error);
        Assert.Equal(Tool.Success, run.Exit);
        return run.Out;
    }

    /// <summary>The document of a call that must succeed.</summary>
    public static JsonElement Json(params string[] arguments) => JsonDocument.Parse(Output([.. arguments, "-j"])).RootElement;

    /// <summary>A call that must be refused with a certain diagnostic and print no result.</summary>
    public static string Refused(DiagnosticDescriptor descriptor, params string[] arguments)
    {
        ToolRun run = Of(arguments);
        Assert.Equal("", run.Out);
        Assert.StartsWith(descriptor.Id + ": ", run.Error, StringComparison.Ordinal);
        Assert.Equal(Tool.Refused, run.Exit);
        return run.Error;
    }
}
