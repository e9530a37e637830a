// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Cases;

/// <summary>Compares text with what is committed; with <c>NOPTAP_BLESS=1</c> in the environment, rewrites what is committed instead.</summary>
public static class Golden
{
    static readonly Lock s_files = new();

    static bool Blesses => Environment.GetEnvironmentVariable("NOPTAP_BLESS") == "1";

    /// <summary>Checks a whole file.</summary>
    /// <param name="path">Its path from the root of the repository, with slashes.</param>
    /// <param name="have">The text that it must hold; line ends do not count.</param>
    /// <exception cref="GoldenMismatchException">The file holds another text, or there is none.</exception>
    public static void Check(string path, string have)
    {
        ArgumentNullException.ThrowIfNull(path);
        string file = Repository.PathOf(path.Split('/'));
        lock (s_files)
        {
            if (Blesses)
                File.WriteAllText(file, Normal(have) + "\n");
            else
                Compare(path, File.Exists(file) ? File.ReadAllText(file) : "", have);
        }
    }

    /// <summary>Checks a section of a case, as <c>x64</c>; blessing adds it where the case has none.</summary>
    /// <param name="test">The case.</param>
    /// <param name="section">The section.</param>
    /// <param name="have">The text that it must hold.</param>
    /// <exception cref="GoldenMismatchException">The section holds another text, or there is none.</exception>
    public static void CheckSection(TestCase test, string section, string have)
    {
        ArgumentNullException.ThrowIfNull(test);
        lock (s_files)
        {
            if (Blesses)
                Rewrite(test, section, Normal(have));
            else
                Compare($"{test.Path}: section '{section}' of '{test.Name}'", test[section] ?? "", have);
        }
    }

    // The file may have changed since the case was read: other sections of it are blessed in the same run.
    static void Rewrite(TestCase test, string section, string have)
    {
        TestCase now = CaseFile.Read(test.Path).Single(other => other.Name == test.Name);
        List<string> lines = [.. File.ReadAllText(test.Path).Split('\n')];
        if (now.Sections.TryGetValue(section, out CaseSection? old))
        {
            lines.RemoveRange(old.Line, old.LineCount);
            lines.InsertRange(old.Line, have.Split('\n').Append(""));
        }
        else
        {
            CaseSection last = now.Sections.Values.MaxBy(other => other.Line)!;
            int end = last.Line + last.LineCount;
            while (end > last.Line && lines[end - 1].Trim().Length == 0)
                end--;
            lines.InsertRange(end, [$"-- {section}", .. have.Split('\n')]);
        }

        File.WriteAllText(test.Path, string.Join('\n', lines).TrimEnd('\n') + "\n");
    }

    static string Normal(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd();

    static void Compare(string what, string wanted, string have)
    {
        string[] want = Normal(wanted).Split('\n');
        string[] lines = Normal(have).Split('\n');
        for (int n = 0; n < Math.Max(want.Length, lines.Length); n++)
        {
            string left = n < want.Length ? want[n] : "(no line)";
            string right = n < lines.Length ? lines[n] : "(no line)";
            if (left != right)
                throw new GoldenMismatchException($"{what}, line {n + 1}:\n  want: {left}\n  have: {right}\nNOPTAP_BLESS=1 dotnet test accepts what there is.");
        }
    }
}
