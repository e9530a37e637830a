// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Parity.Suite;

/// <summary><c>kernel-suite</c>: the kernel's own verifier tests, out of its source, before both verifiers and on both engines.</summary>
static class KernelSuiteCommand
{
    public const string Usage = "noptap-parity kernel-suite [--differences|--markdown] [--only WORD] PATH...";

    /// <summary>Runs the command.</summary>
    /// <param name="args">What follows its name.</param>
    /// <returns>Exit code: 1 when a run gave another result than the test expects, 2 when the arguments are wrong.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        var paths = new List<string>();
        bool markdown = false;
        bool differences = false;
        string only = "";
        for (int n = 0; n < args.Length; n++)
        {
            switch (args[n])
            {
                case "--markdown": markdown = true; break;
                case "--differences": differences = true; break;
                case "--only" when n + 1 < args.Length: only = args[++n]; break;
                default: paths.Add(args[n]); break;
            }
        }

        if (paths.Count == 0 || paths.Exists(path => path.StartsWith('-')))
        {
            Console.Error.WriteLine("usage: " + Usage);
            return 2;
        }

        bool agrees = true;
        foreach (string path in paths)
            agrees &= Report(path, only, markdown, differences);
        return agrees ? 0 : 1;
    }

    static bool Report(string path, string only, bool markdown, bool differences)
    {
        using SourceTree source = SourceTree.Open(path);
        using var runner = new SuiteRunner();
        var objects = new TaggedObjects(source);
        bool agrees = true;
        foreach ((string title, IEnumerable<SuiteCase> cases) in ((string, IEnumerable<SuiteCase>)[])[("verifier/*.c", RecordedTests.Of(source)), ("progs/verifier_*.c", objects.Cases())])
        {
            List<SuiteResult> results = [.. cases.Where(test => $"{test.File} {test.Name}".Contains(only, StringComparison.Ordinal)).Select(runner.Take)];
            if (results.Count == 0)
                continue;
            agrees &= results.TrueForAll(result => result.Differences.Count == 0);
            SuiteReport.Write($"{source.Name}, {title}", results, markdown, differences);
        }

        foreach ((string file, string complaint) in objects.Unbuilt)
            Console.Error.WriteLine($"{file}: not asked: {complaint}");
        return agrees;
    }
}
