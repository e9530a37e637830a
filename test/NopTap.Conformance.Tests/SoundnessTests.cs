// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Fuzz.Soundness;
using NopTap.Fuzz.Verdicts;
using NopTap.TestKit;
using NopTap.Verifier.Domains;
using NopTap.Verifier.Exploration;

namespace NopTap.Conformance.Tests;

/// <summary>What the verifier accepts runs clean, and each step of each run lies within what was proved. NopTap.Fuzz runs as much of it as one likes.</summary>
public sealed class SoundnessTests(ITestOutputHelper output)
{
    [Fact]
    public void EveryStepOfTheCommittedObjectsLiesWithinWhatWasProved()
    {
        var tally = new SoundnessTally();
        IReadOnlyList<byte[]> packets = SoundnessCommand.Traffic(8, 0);
        // Half of them, and every build in turn: the whole takes its time.
        foreach (string path in SoundnessCommand.Objects().Where((_, i) => i % 2 == 0))
            SoundnessCommand.Check(path, packets, seed: 1, tally);
        output.WriteLine(tally.ToString());
        Assert.True(tally.Finds.Count == 0, string.Join('\n', tally.Finds.Take(3)));
        // A check of next to nothing would find next to nothing.
        Assert.True(tally is { Programs: > 70, Steps: > 30_000 } && tally.Unfollowed < tally.Programs / 10, tally.ToString());
    }

    const int Programs = 2000;

    [Fact]
    public void EveryStepOfRandomProgramsLiesWithinWhatWasProved()
    {
        var tally = new SoundnessTally();
        SoundnessCommand.Programs(Shapes.All, seed: 1, static tally => tally.Programs < Programs, tally);
        output.WriteLine(tally.ToString());
        Assert.True(tally.Finds.Count == 0, string.Join('\n', tally.Finds));
        Assert.True(tally is { Programs: Programs, Steps: > 1_000_000 } && tally.Unfollowed < Programs / 20, tally.ToString());
    }

    delegate bool Change(ref RegisterState state);

    static readonly Dictionary<string, Change> s_changes = new()
    {
        ["a number lies below its range"] = static (ref state) => state.IsScalar && Set(ref state, ScalarRange.Between(0x1234_5678_9abc, 0x1234_5678_9abd)),
        ["a bit of a number is known wrongly"] = static (ref state) => state is { IsScalar: true, Range.IsConstant: false } && SetBit(ref state),
        ["the signed half of a number is too small"] = static (ref state) =>
        {
            bool small = state is { IsScalar: true, Range: { UMin32: 0, UMax32: > 100 } };
            if (small)
                (state.Range.SMin32, state.Range.SMax32) = (-2, -1);
            return small;
        },
        ["an address has another offset"] = static (ref state) =>
        {
            state.Offset += 8;
            return state.Kind is RegisterKind.Stack or RegisterKind.Packet or RegisterKind.Context or RegisterKind.PacketEnd;
        },
        ["an address has a variable part"] = static (ref state) => state.Kind is RegisterKind.MapValue && Set(ref state, ScalarRange.Between(1, 2)),
        ["more of the packet is there than was compared"] = static (ref state) =>
        {
            state.Size += 2000;
            return state.Kind == RegisterKind.Packet;
        },
        ["an address cannot be null"] = static (ref state) =>
        {
            bool was = state.Nullable;
            state.Nullable = false;
            return was;
        },
        ["a map is another one"] = static (ref state) =>
        {
            state.Index = state.Index == 0 ? 1 : 0;
            return state.Kind == RegisterKind.Map;
        },
        ["two numbers are equal"] = static (ref state) =>
        {
            state.Id = 77;
            return state is { IsScalar: true, Range.IsConstant: false };
        },
    };

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    static bool Set(ref RegisterState state, in ScalarRange range)
    {
        state.Range = range;
        return true;
    }

    static bool SetBit(ref RegisterState state)
    {
        state.Range.Bits = new Tnum(state.Range.Bits.Value | (1UL << 50), state.Range.Bits.Mask & ~(1UL << 50));
        return true;
    }

    // One wrong thing in what the verifier knew, wherever it can be: some run must lie outside.
    [Theory]
    [MemberData(nameof(Changes))]
    public void AWrongStateIsFound(string what)
    {
        Change change = s_changes[what];
        var tally = new SoundnessTally();
        foreach (string path in SoundnessCommand.Objects().Where(path => !path.Contains("firewall", StringComparison.Ordinal)))
        {
            if (BpfObjectSpec.TryLoad(path, out BpfObjectSpec? spec, out _))
                SoundnessCheck.Object(spec, SoundnessCommand.Traffic(20, 0), seed: 1, tally, (_, state) => Apply(change, state));
            if (tally.Finds.Count > 0)
                return;
        }

        Assert.Fail($"not found: {tally}");
    }

    static void Apply(Change change, Snapshot state)
    {
        foreach (FrameSnapshot frame in state.Frames)
        {
            foreach (ref RegisterState register in frame.States())
            {
                RegisterState copy = register;
                if (change(ref copy))
                    register = copy;
            }
        }
    }

    [Fact]
    public void AZeroByteThatIsNoneIsFound()
    {
        var tally = new SoundnessTally();
        SoundnessCheck.Object(BpfObjectSpec.Load(Repository.PathOf("samples", "classifier", "classifier.bpf.o")), SoundnessCommand.Traffic(20, 0), seed: 1, tally, (_, state) =>
        {
            foreach (FrameSnapshot frame in state.Frames)
                frame.Kinds.AsSpan().Fill(SlotKinds.Zero);
        });
        Assert.NotEmpty(tally.Finds);
    }
}
