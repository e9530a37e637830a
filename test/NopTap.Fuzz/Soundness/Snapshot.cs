// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Soundness;

/// <summary>What the verifier knew in front of an instruction, copied: live registers and the stack of each frame. Names that stand once are left out.</summary>
sealed class Snapshot : IEquatable<Snapshot>
{
    readonly int _hash;

    Snapshot(FrameSnapshot[] frames)
    {
        Frames = frames;
        var hash = new HashCode();
        foreach (FrameSnapshot frame in frames)
            frame.AddTo(ref hash);
        _hash = hash.ToHashCode();
    }

    public FrameSnapshot[] Frames { get; }

    public static Snapshot Of(PathState path, RegisterSet[] live)
    {
        var frames = new FrameSnapshot[path.Depth + 1];
        for (int f = 0; f < frames.Length; f++)
        {
            FrameState frame = path.Frames[f]!;
            var copy = new FrameSnapshot(frame.Used);
            ushort wanted = f == path.Depth ? live[path.Slot].Bits : LiveInCaller(path.Frames[f + 1]!, live);
            for (int register = 0; register < 10; register++)
            {
                if (((wanted >> register) & 1) != 0)
                    copy.Registers[register] = frame.R[register];
            }

            for (int slot = 0; slot < frame.Used; slot++)
            {
                copy.Kinds[slot] = frame.Kinds[slot];
                if (SlotKinds.HasSpill(frame.Kinds[slot]))
                    copy.Spills[slot] = frame.Spill(slot);
            }

            frames[f] = copy;
        }

        NameAnew(frames);
        return new Snapshot(frames);
    }

    // A helper's call is read again when its callback returns; of r0 to r5 a caller keeps nothing in a run.
    static ushort LiveInCaller(FrameState callee, RegisterSet[] live) =>
        (ushort)((callee.IsCallback ? live[callee.CallSite] : live[callee.CallSite + 1]).Bits & 0x3c0);

    static void NameAnew(FrameSnapshot[] frames)
    {
        var times = new Dictionary<int, int>();
        var names = new Dictionary<int, int>();
        foreach (FrameSnapshot frame in frames)
        {
            foreach (ref RegisterState state in frame.States())
                times[state.Id] = times.GetValueOrDefault(state.Id) + 1;
        }

        foreach (FrameSnapshot frame in frames)
        {
            foreach (ref RegisterState state in frame.States())
            {
                if (state.Id != 0 && times[state.Id] > 1 && !names.ContainsKey(state.Id))
                    names[state.Id] = names.Count + 1;
                state.Id = names.GetValueOrDefault(state.Id);
                state.Reference = 0;
                state.Precise = false;
            }
        }
    }

    public bool Equals(Snapshot? other) => other is not null && _hash == other._hash && Frames.AsSpan().SequenceEqual(other.Frames);

    public override bool Equals(object? obj) => Equals(obj as Snapshot);

    public override int GetHashCode() => _hash;
}

/// <summary>One frame of a <see cref="Snapshot"/>.</summary>
sealed class FrameSnapshot(int used) : IEquatable<FrameSnapshot>
{
    public RegisterState[] Registers { get; } = new RegisterState[10];

    public ulong[] Kinds { get; } = new ulong[used];

    public RegisterState[] Spills { get; } = new RegisterState[used];

    public StateEnumerator States() => new(this);

    public void AddTo(ref HashCode hash)
    {
        foreach (ref RegisterState state in States())
        {
            hash.Add(state.Kind);
            hash.Add(state.Id);
            hash.Add(state.Offset);
            hash.Add(state.Range.UMin);
            hash.Add(state.Range.SMax);
            hash.Add(state.Range.Bits);
        }

        foreach (ulong kinds in Kinds)
            hash.Add(kinds);
    }

    public bool Equals(FrameSnapshot? other) => other is not null && Kinds.AsSpan().SequenceEqual(other.Kinds)
        && Same(Registers, other.Registers) && Same(Spills, other.Spills);

    public override bool Equals(object? obj) => Equals(obj as FrameSnapshot);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        AddTo(ref hash);
        return hash.ToHashCode();
    }

    static bool Same(RegisterState[] left, RegisterState[] right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            ref RegisterState a = ref left[i];
            ref RegisterState b = ref right[i];
            if (a.Kind != b.Kind || a.Id != b.Id || a.Offset != b.Offset || a.Index != b.Index || a.Size != b.Size || a.Nullable != b.Nullable || !a.Range.SameAs(b.Range))
                return false;
        }

        return true;
    }

    /// <summary>Registers, then spilled ones.</summary>
    public ref struct StateEnumerator(FrameSnapshot frame)
    {
        int _at = -1;

        public readonly StateEnumerator GetEnumerator() => this;

        public readonly ref RegisterState Current => ref _at < 10 ? ref frame.Registers[_at] : ref frame.Spills[_at - 10];

        public bool MoveNext() => ++_at < 10 + frame.Spills.Length;
    }
}
