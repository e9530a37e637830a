// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using NopTap.TestKit.Children;

namespace NopTap.Fuzz.Api;

/// <summary>Random sequences of public calls in child processes: a crash or a hang of one is a find, played again alone with each call written down.</summary>
sealed class ApiCampaign(string engine, Action<string> print)
{
    // A sequence takes milliseconds; a child that says nothing for so long hangs, however busy the machine is.
    static readonly TimeSpan s_silence = TimeSpan.FromMinutes(3);
    const int MostFinds = 50;

    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    long _heard;
    ulong _current;
    string? _report;

    /// <summary>What all children called.</summary>
    internal Tally Tally { get; } = new();

    /// <summary>Sequences that ended.</summary>
    internal long Ended { get; private set; }

    /// <summary>Crashes, hangs and leaks, a line each.</summary>
    internal List<string> Finds { get; } = [];

    /// <summary>Runs sequences.</summary>
    /// <param name="seed">Seed of the first; the others follow.</param>
    /// <param name="count">How many.</param>
    /// <param name="batch">How many a child runs.</param>
    internal void Run(ulong seed, long count, int batch)
    {
        ulong end = seed + (ulong)count;
        while (seed < end && Finds.Count < MostFinds)
        {
            int length = (int)Math.Min((ulong)batch, end - seed);
            ChildResult result = RunChild(seed, length);
            if (result.Ending == ChildEnding.Returned)
            {
                Ended += length;
                seed += (ulong)length;
                continue;
            }

            // A leak is found at the end of a batch, when all of it has run.
            if (_report is not null)
            {
                Find($"sequences {seed} to {seed + (ulong)length - 1}: {result}");
                Ended += length;
                seed += (ulong)length;
                continue;
            }

            Ended += (long)(_current - seed);
            Replay(_current, result);
            seed = _current + 1;
        }
    }

    ChildResult RunChild(ulong seed, int count, params string[] more)
    {
        _report = null;
        _current = seed;
        Volatile.Write(ref _heard, Environment.TickCount64);
        using RunningChild child = ChildProcess.Start(
            ApiBatch.Go, Hear, [seed.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture), engine, .. more]);
        while (!child.HasEndedWithin(s_look))
        {
            if (Environment.TickCount64 - Volatile.Read(ref _heard) > s_silence.TotalMilliseconds)
                return child.Wait(TimeSpan.Zero);
        }

        ChildResult result = child.Wait(s_silence);
        if (_report is not null)
            Tally.Merge(JsonSerializer.Deserialize<TallyReport>(_report)!.ToTally());
        return result;
    }

    void Replay(ulong seed, ChildResult first)
    {
        ChildResult again = RunChild(seed, 1, "log");
        string how = again.Ending == ChildEnding.Returned
            ? $"alone it {again.Reason}; in its batch the child {first.Reason}:\n{first.Error}"
            : $"alone too:\n{again.Error}";
        Find($"sequence {seed}: the child {first.Reason}; {how}");
    }

    void Find(string find)
    {
        Finds.Add(find);
        print(find);
    }

    void Hear(string line)
    {
        Volatile.Write(ref _heard, Environment.TickCount64);
        if (line.StartsWith(ApiBatch.Begins, StringComparison.Ordinal))
            _current = ulong.Parse(line.AsSpan(ApiBatch.Begins.Length), CultureInfo.InvariantCulture);
        else if (line.StartsWith(ApiBatch.Report, StringComparison.Ordinal))
            _report = line[ApiBatch.Report.Length..];
    }
}
