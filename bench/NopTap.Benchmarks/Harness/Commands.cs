// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using BenchmarkDotNet.Running;

namespace NopTap.Benchmarks.Harness;

/// <summary>The command line.</summary>
public static class Commands
{
    const int Success = 0;
    const int Violated = 1;
    const int Misused = 2;

    /// <summary>Does what the arguments say.</summary>
    /// <param name="arguments">Arguments of the process.</param>
    /// <param name="questions">All questions.</param>
    /// <returns>0; 1 when something allocated that may not; 2 when the arguments make no sense.</returns>
    public static int Run(string[] arguments, IReadOnlyList<Question> questions)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(questions);
        if (arguments is ["bdn", .. var rest])
        {
            BenchmarkSwitcher.FromAssembly(typeof(Commands).Assembly).Run(rest);
            return Success;
        }

        var settings = new Settings();
        var asked = new List<Question>();
        bool isJson = false;
        foreach (string argument in arguments)
        {
            if (argument == "--dry")
                settings = Settings.Dry;
            else if (argument == "--json")
                isJson = true;
            else if (ValueOf(argument, "--rounds=") is { } rounds)
                settings = settings with { Rounds = rounds };
            else if (ValueOf(argument, "--slice=") is { } milliseconds)
                settings = settings with { Slice = TimeSpan.FromMilliseconds(milliseconds) };
            else if (argument == "all")
                asked.AddRange(questions);
            else if (questions.FirstOrDefault(question => question.Name == argument) is { } one)
                asked.Add(one);
            else
                return Usage(questions);
        }

        if (asked.Count == 0 && settings != Settings.Dry)
            return Usage(questions);
        return Ask(asked.Count == 0 ? questions : asked, settings, Machine.Describe(arguments), isJson);
    }

    static int Ask(IReadOnlyList<Question> questions, Settings settings, Machine machine, bool isJson)
    {
        using Stream output = Console.OpenStandardOutput();
        using JsonReport? json = isJson ? new JsonReport(output) : null;
        IReport report = json ?? (IReport)new TextReport(Console.Out);
        var violations = new List<string>();
        report.Begin(machine);
        foreach (Comparison comparison in questions.SelectMany(question => question.Comparisons()))
        {
            ComparisonResult result = comparison.Measure(settings);
            report.Add(result);
            violations.AddRange(result.Sides.Where(side => side.IsViolation).Select(side =>
                string.Create(CultureInfo.InvariantCulture, $"{comparison.Name}: '{side.Name}' allocates {side.BytesPerCall:0.##} bytes a call; it must not")));
        }

        report.End();
        foreach (string violation in violations)
            Console.Error.WriteLine(violation);
        return violations.Count == 0 ? Success : Violated;
    }

    static int? ValueOf(string argument, string option) =>
        argument.StartsWith(option, StringComparison.Ordinal)
        && int.TryParse(argument.AsSpan(option.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        && value > 0
            ? value
            : null;

    static int Usage(IReadOnlyList<Question> questions)
    {
        Console.Error.WriteLine("usage: NopTap.Benchmarks QUESTION... | all [--dry] [--json] [--rounds=N] [--slice=MILLISECONDS]");
        Console.Error.WriteLine("       NopTap.Benchmarks --dry              every question once, to see that all of it runs");
        Console.Error.WriteLine("       NopTap.Benchmarks bdn ARGUMENT...    the classes for BenchmarkDotNet");
        Console.Error.WriteLine("questions:");
        foreach (Question question in questions)
            Console.Error.WriteLine($"  {question.Name,-12} {question.Text}");
        return Misused;
    }
}
