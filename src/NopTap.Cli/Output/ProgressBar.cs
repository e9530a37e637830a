// SPDX-License-Identifier: Apache-2.0

using Spectre.Console;

namespace NopTap.Cli.Output;

/// <summary>Shows how far a long run is, where somebody looks.</summary>
static class ProgressBar
{
    /// <summary>Does some work.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="isLong">Whether it is worth showing.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="work">Gets what to call behind each step.</param>
    public static void During(Terminal terminal, bool isLong, string title, int steps, Action<Action> work)
    {
        if (!isLong || !terminal.HasProgress)
        {
            work(() => { });
            return;
        }

        terminal.ForProgress().Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: steps);
                work(() => task.Increment(1));
            });
    }
}
