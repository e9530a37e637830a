// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap;
using NopTap.Stress;
using NopTap.TestKit.Leaks;

// noptap-stress [--seconds N] [--threads N] [--flippers M] [--seed S] [--engine compiler|interpreter]: targets with known results run while
// observers of every kind are attached and detached; each result, each argument of each event and each count is checked.
var options = new StressOptions();
for (int n = 0; n < args.Length; n++)
{
    string value = n + 1 < args.Length ? args[n + 1] : "";
    switch (args[n])
    {
        case "--seconds": options = options with { Duration = TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture)) }; break;
        case "--threads": options = options with { Runners = int.Parse(value, CultureInfo.InvariantCulture) }; break;
        case "--flippers": options = options with { Flippers = int.Parse(value, CultureInfo.InvariantCulture) }; break;
        case "--seed": options = options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) }; break;
        case "--engine": options = options with { Engine = Enum.Parse<BpfEngine>(value, ignoreCase: true) }; break;
        default:
            await Console.Error.WriteLineAsync(
                $"unknown option {args[n]}; options are --seconds N --threads N --flippers M --seed S --engine compiler|interpreter");
            return 2;
    }

    n++;
}

LeakCheck.Begin();
Tally tally = StressRun.Go(options);
foreach (string fault in tally.FaultMessages)
    Console.WriteLine($"fault: {fault}");
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"seed {options.Seed}: {tally.Runs:N0} runs, {tally.Events:N0} hits, {tally.Flips:N0} flips, {tally.Faults} faults"));
IReadOnlyList<string> leaks = LeakCheck.Find();
foreach (string leak in leaks)
    Console.WriteLine($"leak: {leak}");
return leaks.Count == 0 && tally.Faults == 0 && tally.Runs != 0 && tally.Events != 0 && tally.Flips != 0 ? 0 : 1;
