// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using NopTap.Cli.Captures;
using NopTap.Cli.Running;

namespace NopTap.Cli.Commands;

/// <summary><c>noptap probe trace</c>: a line for each hit of the probes that a pattern names.</summary>
static class ProbeTraceCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var arguments = new RunArguments();
        var pattern = new Argument<string>("GLOB") { Description = "Probes: a name, * and ? allowed; or PROG:NAME." };
        var command = new Command("trace", "Run a program and print its probes' hits with typed arguments; Ctrl-C ends it with a summary.")
        {
            arguments.Object,
            pattern,
            arguments.Pcap,
            arguments.ProgramOption,
            arguments.Repeat,
            arguments.Rounds,
            arguments.Engine,
            arguments.Type,
        };
        Invocation.Handle(command, terminal, call => Run(call, arguments, call.Required(pattern)));
        return command;
    }

    static int Run(Invocation call, RunArguments arguments, string pattern)
    {
        using Session session = arguments.Load(call, call.Get(arguments.ProgramOption));
        ProbeMatch[] probes = ProbeMatch.Find(session, pattern);
        BpfProgram program = session.PacketProgram(call.Get(arguments.ProgramOption) ?? ProbeMatch.OnlyProgramOf(probes));
        Capture capture = Capture.Load(call.Get(arguments.Pcap)!);
        using var traffic = new TrafficRun(program, capture.Packets) { TracksPackets = true };
        using var trace = new ProbeTrace(call, traffic, probes);
        for (int pass = call.Get(arguments.Repeat); pass > 0 && traffic.RunOnce(call.Terminal.Interrupt);)
            pass--;
        trace.Finish();
        return call.Ended(traffic, program);
    }
}
