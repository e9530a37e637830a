// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;

namespace NopTap.Verifier.Exploration;

/// <summary>Tells what differs between a state and the one that was looked at before it: named places with their values in the kernel's notation.</summary>
sealed class StateChanges
{
    readonly KernelStateText _words;
    readonly List<(string Place, string Value)> _changes = [];
    readonly PathState _last = new();

    public StateChanges(ImmutableArray<MapSpec> maps) => _words = new KernelStateText(maps);

    /// <summary>All that is known in the running frame.</summary>
    /// <remarks>The list is filled anew by each call.</remarks>
    public List<(string Place, string Value)> All(PathState path)
    {
        _changes.Clear();
        AddFrame(path.Frame, path.Depth, path.Depth, null);
        AddReferences(path);
        _last.CopyFrom(path);
        return _changes;
    }

    /// <summary>What differs from the state of the last call; of a frame that was entered or returned to, all.</summary>
    /// <remarks>The list is filled anew by each call.</remarks>
    public List<(string Place, string Value)> Since(PathState path)
    {
        if (path.Depth != _last.Depth)
            return All(path);
        _changes.Clear();
        for (int f = 0; f <= path.Depth; f++)
            AddFrame(path.Frames[f]!, f, path.Depth, _last.Frames[f]);
        if (path.ReferenceCount != _last.ReferenceCount)
            AddReferences(path);
        _last.CopyFrom(path);
        return _changes;
    }

    void AddFrame(FrameState frame, int index, int depth, FrameState? old)
    {
        string prefix = index == depth ? "" : string.Create(CultureInfo.InvariantCulture, $"frame{index}:");
        for (int register = 0; register < FrameState.Registers; register++)
        {
            bool changed = old is null ? frame.R[register].Kind != RegisterKind.NotWritten : !IsSame(old.R[register], frame.R[register]);
            if (changed)
                _changes.Add((string.Create(CultureInfo.InvariantCulture, $"{prefix}R{register}"), _words.Of(frame.R[register])));
        }

        for (int slot = 0; slot < frame.Used; slot++)
        {
            bool known = old is not null && slot < old.Used;
            ulong before = known ? old!.Kinds[slot] : SlotKinds.Unwritten;
            bool spilled = SlotKinds.HasSpill(frame.Kinds[slot]);
            bool told = frame.Kinds[slot] == SlotKinds.Object && frame.Spill(slot).Offset != 0;
            if (told || before == frame.Kinds[slot] && (!spilled || (known && IsSame(old!.Spill(slot), frame.Spill(slot)))))
                continue;
            _changes.Add((string.Create(CultureInfo.InvariantCulture, $"{prefix}fp-{(slot + 1) * 8}"), _words.OfSlot(frame, slot)));
        }
    }

    void AddReferences(PathState path)
    {
        if (path.ReferenceCount != 0 || _changes.Count != 0 && path.ReferenceCount != _last.ReferenceCount)
            _changes.Add(("refs", string.Join(',', path.References.Take(path.ReferenceCount))));
    }

    // A name that a copy was given changes nothing for the reader.
    static bool IsSame(in RegisterState before, in RegisterState after) =>
        before.Kind == after.Kind && before.Nullable == after.Nullable && before.Size == after.Size && before.Offset == after.Offset
        && before.Index == after.Index && before.Reference == after.Reference && before.Range.SameAs(after.Range);
}
