// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using NopTap.Isa;
using NopTap.Parity;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;
using NopTap.Parity.Reports;

// noptap-parity verdicts|time [options] PATH...: this library's verifier beside the running kernel's, on the same objects.
const string Usage = """
    usage: noptap-parity verdicts [--differences|--markdown] [--types T,T...] PATH...
           noptap-parity time [--runs N] [--markdown] [--types T,T...] PATH...
           noptap-parity kernel-suite [--differences|--markdown] [--only WORD] PATH...
    """;
if (args.Length != 0 && args[0] == "kernel-suite")
{
    if ((NopTap.TestKit.Kernel.KernelOracle.Unavailable ?? Libbpf.Unavailable) is { } missing)
    {
        Console.WriteLine($"skipped: {missing}");
        return 0;
    }

    return NopTap.Parity.Suite.KernelSuiteCommand.Run(args.AsSpan(1));
}

var types = new HashSet<ProgramType> { ProgramType.Xdp, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.SocketFilter, ProgramType.CgroupSkb };
var paths = new List<string>();
bool markdown = false;
bool differences = false;
int runs = 9;
for (int n = 1; n < args.Length; n++)
{
    switch (args[n])
    {
        case "--markdown": markdown = true; break;
        case "--differences": differences = true; break;
        case "--runs": runs = int.Parse(args[++n], CultureInfo.InvariantCulture); break;
        case "--types": types = [.. args[++n].Split(',').Select(name => Enum.Parse<ProgramType>(name, ignoreCase: true))]; break;
        default: paths.Add(args[n]); break;
    }
}

if (args.Length == 0 || args[0] is not ("verdicts" or "time") || paths.Count == 0)
{
    await Console.Error.WriteLineAsync(Usage);
    return 2;
}

if ((NopTap.TestKit.Kernel.KernelOracle.Unavailable ?? Libbpf.Unavailable) is { } reason)
{
    Console.WriteLine($"skipped: {reason}");
    return 0;
}

var set = new ObjectSet(paths, types);
if (args[0] == "time")
{
    var timings = new List<Timing>();
    WarmUp(set);
    foreach ((string path, OurObject ours, KernelProgram program) in set.Programs())
    {
        if (Timing.Take(path, ours, program, runs) is { } timing)
            timings.Add(timing);
    }

    TimeReport.Write(timings, markdown);
    return 0;
}

var comparisons = new List<Comparison>();
foreach ((string path, OurObject ours, KernelProgram program) in set.Programs())
{
    comparisons.Add(new Comparison(
        Path.GetFileName(path), program.Name, (ProgramType)program.Type, ours.Ask(program.Name), KernelObject.Ask(path, program, ours.License)));
}

foreach ((string file, string complaint) in set.Unopened)
    await Console.Error.WriteLineAsync($"{file}: libbpf does not open it: {complaint}");
if (markdown)
    MarkdownReport.Write(comparisons);
else
    VerdictReport.Write(comparisons, differences);
return 0;

// The runtime compiles the verifier's methods anew once they have run some dozen times; programs that take long would take all the time.
static void WarmUp(ObjectSet set)
{
    TimeSpan enough = TimeSpan.FromSeconds(10);
    TimeSpan isLong = TimeSpan.FromMilliseconds(20);
    long start = Stopwatch.GetTimestamp();
    var all = set.Programs().ToList();
    for (int round = 0; round < 100 && Stopwatch.GetElapsedTime(start) < enough; round++)
    {
        for (int n = all.Count - 1; n >= 0; n--)
        {
            long before = Stopwatch.GetTimestamp();
            _ = all[n].Ours.Ask(all[n].Program.Name);
            if (Stopwatch.GetElapsedTime(before) > isLong && round > 0)
                all.RemoveAt(n);
        }
    }
}
