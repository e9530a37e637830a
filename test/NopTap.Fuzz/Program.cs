// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using NopTap.Fuzz;
using NopTap.Fuzz.Api;
using NopTap.Fuzz.Results;
using NopTap.Fuzz.Soundness;
using NopTap.Fuzz.Verdicts;

// noptap-fuzz [--seconds N] [--seed S] [--kernel-every K] [--out FOLDER] [--verbose]: random programs on every engine, finds written as cases.
if (args is ["soundness", ..])
    return SoundnessCommand.Run(args[1..]);
if (args is ["results", ..])
    return ResultsCommand.Run(args[1..]);
// noptap-fuzz verdicts ...: our verifier against the kernel's.
if (args is ["verdicts", ..])
    return VerdictCommand.Run(args.AsSpan(1));
// noptap-fuzz api ...: random sequences of public calls.
if (args is ["api", ..])
    return ApiCommand.Run(args[1..]);

double seconds = 10;
ulong seed = 1;
int kernelEvery = 50;
string folder = ".";
bool verbose = false;
for (int n = 0; n < args.Length; n++)
{
    switch (args[n])
    {
        case "--seconds": seconds = double.Parse(args[++n], CultureInfo.InvariantCulture); break;
        case "--seed": seed = ulong.Parse(args[++n], CultureInfo.InvariantCulture); break;
        case "--kernel-every": kernelEvery = int.Parse(args[++n], CultureInfo.InvariantCulture); break;
        case "--out": folder = args[++n]; break;
        case "--verbose": verbose = true; break;
        default:
            await Console.Error.WriteLineAsync($"unknown option {args[n]}; options are --seconds N --seed S --kernel-every K --out FOLDER --verbose");
            return 2;
    }
}

var clock = Stopwatch.StartNew();
CampaignResult result = Campaign.Run(seed, _ => clock.Elapsed.TotalSeconds < seconds, kernelEvery, verbose ? s => Console.Error.WriteLine($"seed {s}") : null);
foreach (Find find in result.Finds)
{
    string path = Path.Combine(folder, $"fuzz-{find.Program.Seed}.case");
    File.WriteAllText(path, CaseFile.Write(find));
    Console.WriteLine($"{path}: {find.Difference}");
}

foreach ((string id, int count) in result.Rejected)
    Console.WriteLine($"{count} programs refused by the verifier: {id}");
Console.WriteLine($"{result.Programs} programs from seed {seed}, {result.InKernel} of them in the kernel too: {result.Finds.Count} finds");
return result.Finds.Count == 0 ? 0 : 1;
