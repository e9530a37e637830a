// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using NopTap.Threads;

namespace NopTap.Fuzz.Api;

/// <summary>The child's side: runs sequences one after another, saying which begins, and reports what they called.</summary>
static class ApiBatch
{
    /// <summary>Prefix of the line that says which sequence begins.</summary>
    internal const string Begins = "sequence ";

    static int s_leased;

    /// <summary>Prefix of the last line: calls and faults as JSON.</summary>
    internal const string Report = "report ";

    /// <summary>Runs sequences.</summary>
    /// <param name="arguments">First seed, how many, engine or "both", and "log" to write each call before it is made.</param>
    internal static void Go(string[] arguments)
    {
        ulong first = ulong.Parse(arguments[0], CultureInfo.InvariantCulture);
        int count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        BpfEngine? engine = arguments[2] == "both" ? null : Enum.Parse<BpfEngine>(arguments[2], ignoreCase: true);
        TextWriter? log = arguments is [.., "log"] ? TextWriter.Synchronized(Console.Error) : null;
        var tally = new Tally();
        for (int i = 0; i < count; i++)
        {
            tally.Seed = first + (ulong)i;
            Console.WriteLine(Begins + tally.Seed.ToString(CultureInfo.InvariantCulture));
            Sequence.Run(tally.Seed, engine, tally, log);
            NoteLeak(tally.Seed);
        }

        Console.WriteLine(Report + JsonSerializer.Serialize(new TallyReport(tally)));
    }

    // The check at the end of the process says what is left; this says which sequence left it.
    static void NoteLeak(ulong seed)
    {
        Epochs.Synchronize();
        if (SlotTable.Leased > s_leased)
            Console.Error.WriteLine($"slots stay leased after sequence {seed}: {SlotTable.Leased - s_leased}");
        s_leased = SlotTable.Leased;
    }
}
