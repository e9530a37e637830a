// SPDX-License-Identifier: Apache-2.0

using NopTap.Cli;

// The one place that knows the process's own console.
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    // The first asks the command to end and sum up; a second one, when it does not listen, ends the process as usual.
    press.Cancel = !interrupt.IsCancellationRequested;
    interrupt.Cancel();
};
bool isPlain = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = !Console.IsOutputRedirected };
var terminal = new Terminal
{
    In = Console.In,
    Out = output,
    Error = Console.Error,
    HasColor = !Console.IsOutputRedirected && !isPlain,
    HasProgress = !Console.IsErrorRedirected && !isPlain,
    Width = Console.IsOutputRedirected ? Terminal.DefaultWidth : Math.Max(Console.WindowWidth, 40),
    Interrupt = interrupt.Token,
};
return Tool.Run(args, terminal);
