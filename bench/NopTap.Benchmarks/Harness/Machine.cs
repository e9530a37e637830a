// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NopTap.Benchmarks.Harness;

/// <summary>What a figure is worth nothing without: machine, runtime, commit, date, command and how busy the machine was.</summary>
public sealed record Machine(string Processor, string Runtime, string Commit, string Date, string Command, string Load)
{
    /// <summary>This machine, now.</summary>
    /// <param name="arguments">Arguments of the command.</param>
    public static Machine Describe(IEnumerable<string> arguments) => new(
        $"{ProcessorName()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, kernel {Kernel()}",
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}, {Configuration()}",
        CommitOf(typeof(BpfRuntime).Assembly),
        DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        string.Join(' ', ["dotnet run --project bench/NopTap.Benchmarks -c Release --", .. arguments]),
        LoadNow());

    /// <summary>Its lines with their names.</summary>
    public IEnumerable<(string Name, string Value)> Lines =>
    [
        ("machine", Processor),
        ("runtime", Runtime),
        ("commit", Commit),
        ("date", Date),
        ("command", Command),
        ("load", Load),
    ];

    static string ProcessorName()
    {
        const string Key = "model name";
        string? line = TryReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    static string Kernel() => TryReadLines("/proc/sys/kernel/osrelease") is [var release, ..] ? release : "unknown";

    static string Configuration() =>
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown configuration";

    // The SDK appends "+commit" where it builds inside a repository.
    static string CommitOf(Assembly assembly)
    {
        string version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        int plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? "unknown (built outside a repository)" : version[(plus + 1)..];
    }

    static string LoadNow()
    {
        if (TryReadLines("/proc/loadavg") is not [var line, ..]
            || !double.TryParse(line.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double load))
            return "unknown";

        string judgement = load > Environment.ProcessorCount / 2.0
            ? "BUSY: believe ratios only, and those with wide ranges not at all; publish none of it"
            : "quiet";
        return string.Create(CultureInfo.InvariantCulture, $"{load:0.00} before the start, {judgement}");
    }

    static string[] TryReadLines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
