// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.RegularExpressions;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Verifier.Domains;
using NopTap.Verifier.Exploration;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>The domain against the kernel's: what its log says of two numbers after each instruction of a random program, and what we say.</summary>
public sealed partial class KernelScalarTests(ITestOutputHelper output)
{
    static int Number(string variable, int standard) =>
        Environment.GetEnvironmentVariable(variable) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    [Fact]
    public void KnowsOfNumbersWhatTheKernelKnows()
    {
        if (KernelOracle.Unavailable is string unavailable)
            Assert.Skip(unavailable);
        if (!Environment.OSVersion.VersionString.Contains(" 6.18.", StringComparison.Ordinal))
            Assert.Skip($"the domain follows Linux 6.18; this is {Environment.OSVersion.VersionString}");
        using var oracle = new KernelOracle([]);
        var differences = new SortedDictionary<string, (int Count, string First)>(StringComparer.Ordinal);
        int first = Number("NOPTAP_SCALAR_SEED", 1);
        int count = Number("NOPTAP_SCALAR_COUNT", 300);
        int compared = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var program = new ScalarProgram(seed);
            KernelVerdict verdict = oracle.Load(program.Request.Program, log: true, everything: true);
            Assert.True(verdict.IsAccepted, verdict.Reason);
            if (count == 1)
                output.WriteLine(verdict.Log);

            compared += Compare(seed, program, verdict.Log, differences);
        }

        output.WriteLine($"{compared} states compared");
        foreach ((string what, (int times, string where)) in differences)
            output.WriteLine($"{what}: {times} times; {where}");
        Assert.True(compared > count * 5, "the log shows hardly any states");
        // We may know more where the kernel forgets what it knew: signed bounds that it derives anew from those of the low half, and
        // halves of spilled numbers.
        Assert.DoesNotContain(differences.Keys, what => !what.StartsWith("we know more", StringComparison.Ordinal));
        Assert.True(differences.Values.Sum(known => known.Count) <= Math.Max(5, count / 50), "what we know more is more than is accounted for");
    }

    // Along the first path, up to the first difference: what comes after it differs for that reason.
    static int Compare(int seed, ScalarProgram program, string log, SortedDictionary<string, (int Count, string First)> differences)
    {
        var recorder = new FirstPath();
        VerificationResult result = ProgramVerifier.Verify(program.Request, recorder);
        if (!result.IsAccepted)
            return Note($"we refuse: {result.Rejection!.Id}", $"seed {seed}: {result.Rejection}", 0, differences);
        int compared = 0;
        int step = 0;
        List<(int Slot, string Line)> theirs = Lines(log);
        for (; step + 1 < recorder.States.Count && step + 1 < theirs.Count; step++)
        {
            (int slot, string line) = theirs[step];
            string after = program.Name(slot);
            (_, RegisterState[] before) = recorder.States[step];
            (int next, RegisterState[] now) = recorder.States[step + 1];
            // What cannot be is not followed here.
            if (theirs[step + 1].Slot != next && result.Statistics.ImpossibleBranches > 0)
                break;
            if (theirs[step + 1].Slot != next)
                return Note($"another way after {after}", $"seed {seed} slot {slot}, kernel {theirs[step + 1].Slot}, ours {next}", compared, differences);
            if (ComparesCopies(program.Request.Program.Instructions[slot], before))
                break;
            foreach (Match register in State().Matches(line))
            {
                int index = int.Parse(register.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                if (!now[index].IsScalar)
                    continue;
                ScalarRange ours = now[index].Range;
                ScalarRange kernel = Parse(register.Groups[2].Value);
                compared++;
                if (ours.SameAs(kernel))
                    continue;
                string kind = ours.Includes(kernel) ? "the kernel knows more" : kernel.Includes(ours) ? "we know more" : "each knows something";
                string operands = string.Join(", ", before.Select((state, i) => state.IsScalar && i > 5 ? $"r{i} {Full(state.Range)}" : "").Where(text => text.Length > 0));
                return Note($"{kind} after {after}", $"seed {seed} slot {slot} r{index}: had {operands}; kernel {Full(kernel)}, ours {Full(ours)}", compared, differences);
            }
        }

        return compared;
    }

    static List<(int Slot, string Line)> Lines(string log)
    {
        var lines = new List<(int Slot, string Line)>();
        foreach (string line in log.Split('\n'))
        {
            if (Place().Match(line) is { Success: true } at)
                lines.Add((int.Parse(at.Groups[1].ValueSpan, CultureInfo.InvariantCulture), line));
        }

        return lines;
    }

    // A number that is less than itself is looked at by the kernel, and each end of its range is cut off; nothing can come of it.
    static bool ComparesCopies(in Instruction instruction, RegisterState[] registers)
    {
        if (!instruction.IsConditionalJump || !instruction.UsesSourceRegister)
            return false;
        int id = registers[(int)instruction.Source].Id;
        return instruction.Source == instruction.Destination || (id != 0 && id == registers[(int)instruction.Destination].Id);
    }

    static int Note(string what, string where, int compared, SortedDictionary<string, (int Count, string First)> differences)
    {
        differences[what] = differences.TryGetValue(what, out (int Count, string First) known) ? (known.Count + 1, known.First) : (1, where);
        return compared;
    }

    sealed class FirstPath : ExplorationTrace
    {
        public List<(int Slot, RegisterState[] Registers)> States { get; } = [];

        bool _ended;

        public override void Starts(PathState path, int from) => _ended |= from >= 0;

        public override void Steps(int slot, PathState path)
        {
            if (!_ended)
                States.Add((slot, [.. path.Frame.R]));
        }
    }

    static string Full(in ScalarRange r) => string.Create(
        CultureInfo.InvariantCulture, $"[{r.Bits} u {r.UMin:x}..{r.UMax:x} s {r.SMin:x}..{r.SMax:x} u32 {r.UMin32:x}..{r.UMax32:x} s32 {r.SMin32:x}..{r.SMax32:x}]");

    static ScalarRange Parse(string text)
    {
        text = text.TrimStart('P');
        if (!text.StartsWith("scalar", StringComparison.Ordinal))
            return ScalarRange.Constant(Value(text));
        ScalarRange range = ScalarRange.Unknown;
        foreach (Match bound in Bound().Matches(text))
        {
            ulong value = Value(bound.Groups[2].Value);
            foreach (string name in bound.Groups[1].Value.Split('=', StringSplitOptions.RemoveEmptyEntries))
            {
                switch (name)
                {
                    case "umin": range.UMin = value; break;
                    case "umax": range.UMax = value; break;
                    case "smin": range.SMin = (long)value; break;
                    case "smax": range.SMax = (long)value; break;
                    case "umin32": range.UMin32 = (uint)value; break;
                    case "umax32": range.UMax32 = (uint)value; break;
                    case "smin32": range.SMin32 = (int)value; break;
                    case "smax32": range.SMax32 = (int)value; break;
                }
            }
        }

        Match bits = Bits().Match(text);
        if (bits.Success)
            range.Bits = new Tnum(Value(bits.Groups[1].Value), Value(bits.Groups[2].Value));
        return range;
    }

    static ulong Value(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : text.StartsWith('-') ? (ulong)long.Parse(text, CultureInfo.InvariantCulture) : ulong.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+): \([0-9a-f]{2}\) ")]
    private static partial Regex Place();

    [GeneratedRegex(@"R(\d+)(?:_[rwD]+)?=(P?scalar\([^)]*(?:\([^)]*\)[^)]*)*\)|P?-?(?:0x[0-9a-f]+|\d+))")]
    private static partial Regex State();

    [GeneratedRegex(@"((?:(?:s|u)(?:min|max)(?:32)?=)+)(-?(?:0x[0-9a-f]+|\d+))")]
    private static partial Regex Bound();

    [GeneratedRegex(@"var_off=\((0x[0-9a-f]+); (0x[0-9a-f]+)\)")]
    private static partial Regex Bits();
}
