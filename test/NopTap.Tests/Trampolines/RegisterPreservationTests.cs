// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Tests.Links;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Trampolines;

/// <summary>SPEC G.50 and G.51: a hit changes nothing that the target can see. Random programs, each with probes at random places.</summary>
public sealed class RegisterPreservationTests
{
    const int StackWords = 4;

    // Spoils every register and stack word that a careless trampoline would lose.
    const string Spoiler = """
        r2 = *(u64 *)(r1 + 0)
        r0 = -1
        r6 = -6
        r7 = -7
        r8 = -8
        r9 = -9
        *(u64 *)(r10 - 8) = r6
        *(u64 *)(r10 - 512) = r7
        r1 = r2
        r2 = 0
        call 1000
        r1 = -1
        r2 = -2
        r3 = -3
        r4 = -4
        r5 = -5
        r0 = 0
        exit
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [Trait("Spec", "G.50")]
    [Trait("Spec", "G.51")]
    public void RandomProgramsComputeTheSameWithAndWithoutObservers(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 25; round++)
            Compare(random);
    }

    static void Compare(Random random)
    {
        (string text, ProbeSpec[] probes) = Generate(random);
        ulong input = (ulong)random.NextInt64();
        using var compiled = new TracedWorld();
        using var interpreted = new TracedWorld(isCompiled: false);
        List<string> wantEvents = [];
        List<string> events = [];
        TracedProgram reference = interpreted.Load(text, probes);
        ulong want = reference.Run(input, input * 3);
        BpfLink[] referenceLinks = AttachLoggers(reference, probes, wantEvents);
        Assert.Equal(want, reference.Run(input, input * 3));
        foreach (BpfLink link in referenceLinks)
            link.Dispose();

        TracedProgram target = compiled.Load(text, probes);
        Assert.Equal(want, target.Run(input, input * 3));
        BpfLink[] delegates = AttachLoggers(target, probes, events);
        Assert.Equal(want, target.Run(input, input * 3));
        Assert.Equal(wantEvents, events);
        BpfLink[] programs = [.. probes.Select(probe => target[probe.Name].Attach(compiled.LoadObserver(Spoiler), new LinkOptions()))];
        Records.Clear();
        Assert.Equal(want, target.Run(input, input * 3));
        Assert.Equal(wantEvents.Count, Records.Count);
        BpfLink entry = target.Functions[0].AttachEntry((in ProbeEvent e) => { });
        BpfLink exit = target.Functions[0].AttachExit((in ProbeEvent e) => Assert.Equal(want, e.ReturnValue));
        Assert.Equal(want, target.Run(input, input * 3));
        Assert.Equal((1ul, 0ul), (exit.Hits, exit.Faults));
        foreach (BpfLink link in delegates)
            link.Dispose();
        Assert.Equal(want, target.Run(input, input * 3));
        foreach (BpfLink link in programs.Append(entry).Append(exit))
            link.Dispose();
        Assert.Equal(want, target.Run(input, input * 3));
    }

    static BpfLink[] AttachLoggers(TracedProgram target, ProbeSpec[] probes, List<string> log) => [.. probes.Select(probe => target[probe.Name].Attach(
        (in ProbeEvent e) =>
        {
            var text = new StringBuilder(e.Probe);
            for (int i = 0; i < e.Count; i++)
                text.Append(CultureInfo.InvariantCulture, $" {e[i]:x}");
            log.Add(text.ToString());
        }))];

    // Registers and stack words get values, then are mixed; at the end all of them are folded into r0.
    static (string Text, ProbeSpec[] Probes) Generate(Random random)
    {
        var text = new StringBuilder("r6 = r1\nr7 = r2\n");
        for (int r = 0; r <= 9; r++)
        {
            if (r is not (6 or 7))
                text.Append(CultureInfo.InvariantCulture, $"r{r} = {random.Next()}\n");
        }

        for (int w = 1; w <= StackWords; w++)
            text.Append(CultureInfo.InvariantCulture, $"*(u64 *)(r10 - {8 * w}) = r{random.Next(10)}\n");
        var probes = new List<ProbeSpec>();
        int steps = random.Next(5, 40);
        for (int i = 0; i < steps; i++)
        {
            if (random.Next(5) == 0)
                probes.Add(PlaceProbe(text, random, probes.Count));
            else
                text.Append(Step(random, i)).Append('\n');
        }

        probes.Add(PlaceProbe(text, random, probes.Count));
        for (int r = 1; r <= 9; r++)
            text.Append(CultureInfo.InvariantCulture, $"r0 *= 31\nr0 += r{r}\n");
        for (int w = 1; w <= StackWords; w++)
            text.Append(CultureInfo.InvariantCulture, $"r1 = *(u64 *)(r10 - {8 * w})\nr0 *= 31\nr0 += r1\n");
        return (text.Append("exit\n").ToString(), [.. probes]);
    }

    static ProbeSpec PlaceProbe(StringBuilder text, Random random, int index)
    {
        string name = $"p{index}";
        text.Append(CultureInfo.InvariantCulture, $"{name}: goto +0\n");
        int arguments = random.Next(1, 6);
        ProbeParameter[] parameters = [.. Enumerable.Range(0, arguments).Select(n => random.Next(3) switch
        {
            0 => Int($"a{n}"),
            1 => UInt($"a{n}", 1 << random.Next(4)),
            _ => Long($"a{n}"),
        })];
        return Probe(name, parameters, At(name, [.. Enumerable.Range(0, arguments).Select(_ => (Register)random.Next(10))]));
    }

    static string Step(Random random, int index)
    {
        int a = random.Next(10);
        int b = random.Next(10);
        return random.Next(6) switch
        {
            0 => $"r{a} += r{b}",
            1 => $"r{a} ^= r{b}",
            2 => $"r{a} *= {random.Next(1, 1000)}",
            3 => $"*(u64 *)(r10 - {8 * random.Next(1, StackWords + 1)}) = r{a}",
            4 => $"r{a} = *(u64 *)(r10 - {8 * random.Next(1, StackWords + 1)})",
            _ => $"if r{a} > r{b} goto skip{index}\nr{a} -= {random.Next(100)}\nskip{index}: r{b} += 1",
        };
    }
}
