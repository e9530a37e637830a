// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NopTap.Cli.Captures;
using NopTap.Cli.Output;
using NopTap.Cli.Running;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap run</c>: a program on the packets of a capture.</summary>
static class RunCommand
{
    const long LongRun = 200_000;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var arguments = new RunArguments();
        var output = new Option<string?>("--out")
        {
            Description = "Write the packets that were let through, as the program left them in the first pass.",
            HelpName = "FILE",
        };
        var command = new Command("run", "Run a program on the packets of a capture; count and time its verdicts.")
        {
            arguments.Object,
            arguments.Program,
            arguments.Pcap,
            output,
            arguments.Repeat,
            arguments.Rounds,
            arguments.Engine,
            arguments.Type,
        };
        Invocation.Handle(command, terminal, call => Run(call, arguments, call.Get(output)));
        return command;
    }

    static int Run(Invocation call, RunArguments arguments, string? outputPath)
    {
        using Session session = arguments.Load(call, call.Get(arguments.Program));
        BpfProgram program = session.PacketProgram(call.Get(arguments.Program));
        Capture capture = Capture.Load(call.Get(arguments.Pcap)!);
        int repeat = call.Get(arguments.Repeat);
        CaptureWriter? writer = outputPath is null ? null : new CaptureWriter(capture.IsNanoseconds);
        using var traffic = new TrafficRun(program, capture.Packets);
        Terminal terminal = call.Terminal;
        ProgressBar.During(terminal, (long)capture.Packets.Length * repeat >= LongRun, $"{program.Name} on {capture.Packets.Length} packets", repeat, advance =>
        {
            for (int pass = 1; pass <= repeat; pass++)
            {
                TrafficRun.PacketSink? sink = pass != 1 || writer is null ? null : (original, verdict, packet) =>
                {
                    if (Verdicts.IsLetThrough(program.Type, verdict))
                        writer.Add(original, packet);
                };
                if (!traffic.RunOnce(terminal.Interrupt, sink))
                    break;
                advance();
            }
        });
        if (writer is not null)
            Files.Write(outputPath!, writer.Written);
        string engine = session.Runtime.Engine == BpfEngine.Compiler ? "jit" : "interpreter";
        call.Write(Plain(traffic, program, capture.Packets.Length, repeat, engine, outputPath, writer), Json(traffic, program, capture.Packets.Length, repeat, engine, outputPath, writer));
        return call.Ended(traffic, program);
    }

    static string Plain(TrafficRun traffic, BpfProgram program, int packets, int repeat, string engine, string? outputPath, CaptureWriter? writer)
    {
        var text = new StringBuilder();
        string times = repeat == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {repeat} times");
        text.Append(CultureInfo.InvariantCulture, $"{program.Name} ({program.Spec.SectionName}, {engine}): {packets} packets{times}\n");
        foreach ((uint verdict, long count) in traffic.ByFrequency())
            text.Append(CultureInfo.InvariantCulture, $"  {Verdicts.NameOf(program.Type, verdict),-18} {count,10}  {100.0 * count / traffic.Runs,6:f2} %\n");
        text.Append(CultureInfo.InvariantCulture, $"  {traffic.Runs} runs, {traffic.NanosecondsPerRun:f1} ns each\n");
        if (traffic.Stopped != 0)
            text.Append(CultureInfo.InvariantCulture, $"  {traffic.Stopped} of them stopped, without a verdict\n");
        if (traffic.Runs < (long)packets * repeat)
            text.Append(CultureInfo.InvariantCulture, $"  interrupted before {(long)packets * repeat} runs\n");
        if (writer is not null)
            text.Append(CultureInfo.InvariantCulture, $"  {writer.Count} packets written to {outputPath}\n");
        return text.ToString();
    }

    static JsonObject Json(TrafficRun traffic, BpfProgram program, int packets, int repeat, string engine, string? outputPath, CaptureWriter? writer)
    {
        var json = new JsonObject
        {
            ["program"] = program.Name,
            ["section"] = program.Spec.SectionName,
            ["engine"] = engine,
            ["packets"] = packets,
            ["repeat"] = repeat,
            ["runs"] = traffic.Runs,
            ["verdicts"] = traffic.ToJson(),
            ["stopped"] = traffic.Stopped,
            ["ns_per_run"] = Math.Round(traffic.NanosecondsPerRun, 1),
        };
        if (writer is not null)
            json["out"] = new JsonObject { ["file"] = outputPath, ["packets"] = writer.Count };
        return json;
    }
}
