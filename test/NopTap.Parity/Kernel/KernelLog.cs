// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Parity.Kernel;

/// <summary>What the statistics at the end of a verifier's log say, and its reason for a refusal.</summary>
/// <param name="Reason">Last line that is neither statistics nor source; empty when there is none.</param>
/// <param name="Processed">Instructions followed.</param>
/// <param name="Time">Time of verification.</param>
readonly record struct KernelLog(string Reason, long Processed, TimeSpan Time)
{
    /// <summary>Reads a log.</summary>
    public static KernelLog Parse(string text)
    {
        string reason = "";
        long processed = 0;
        long microseconds = 0;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (NumberBehind(line, "processed ") is { } steps)
                processed = steps;
            else if (NumberBehind(line, "verification time ") is { } time)
                microseconds = time;
            else if (line[0] != ';' && !line.StartsWith("stack depth", StringComparison.Ordinal) && !line.StartsWith("peak_states", StringComparison.Ordinal))
                reason = line.Trim();
        }

        return new KernelLog(reason, processed, TimeSpan.FromMicroseconds(microseconds));
    }

    static long? NumberBehind(string line, string words)
    {
        if (!line.StartsWith(words, StringComparison.Ordinal))
            return null;
        int end = line.IndexOf(' ', words.Length);
        return long.TryParse(line.AsSpan(words.Length, (end < 0 ? line.Length : end) - words.Length), CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
    }
}
