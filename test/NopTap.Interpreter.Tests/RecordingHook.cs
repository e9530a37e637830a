// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter.Tests;

/// <summary>Writes down what it is told.</summary>
sealed class RecordingHook : IProbeHook
{
    public HashSet<int> Active { get; init; } = [];

    public HashSet<int> Armed { get; init; } = [];

    public HashSet<int> Traced { get; init; } = [];

    public List<string> Events { get; } = [];

    public Action? Entered { get; set; }

    public bool IsActive(int site) => Active.Contains(site);

    public bool IsArmed(int site) => Armed.Contains(site);

    public bool IsTraced(int function) => Traced.Contains(function);

    public void Hit(int site, ReadOnlySpan<ulong> arguments, nint threadBlock) => Events.Add($"hit {site}: {Text(arguments)}");

    public void OnEntry(int function, ReadOnlySpan<ulong> arguments, nint threadBlock)
    {
        Events.Add($"entry {function}: {Text(arguments[..2])}");
        Entered?.Invoke();
    }

    public void OnExit(int function, ReadOnlySpan<ulong> arguments, ulong result, nint threadBlock) =>
        Events.Add($"exit {function}: {Text(arguments[..2])} = {result}");

    static string Text(ReadOnlySpan<ulong> arguments) => string.Join(' ', arguments.ToArray());
}
