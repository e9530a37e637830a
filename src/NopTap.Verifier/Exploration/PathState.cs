// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>State of one path: its frames, its reservations, and how it came here.</summary>
sealed class PathState
{
    public const int MaxReferences = 16;

    // The object, its array of frames, and the checkpoint or place in a list that holds it.
    const int OwnBytes = 384;

    public readonly FrameState?[] Frames = new FrameState?[RunLimits.ProgramFrames];
    public int Depth;

    /// <summary>What must be given back, and the slots of the calls that made it; see <see cref="Hold"/>.</summary>
    public int[] References { get; private set; } = [];
    public int[] ReferenceSlots { get; private set; } = [];
    public int ReferenceCount;

    /// <summary>In <see cref="LockMap"/>: no lock is held.</summary>
    public const int NoLock = -1;

    /// <summary>Map of the spin lock that is held, the look-up that its value came from (0 for global data), and where it was taken.</summary>
    public int LockMap = NoLock;
    public int LockOwner;
    public int LockSlot;

    /// <summary>Slot of the next instruction.</summary>
    public int Slot;

    /// <summary>Number of the path, from 0 in the order in which they were found. A copy that is no new path keeps it.</summary>
    public int Number;

    /// <summary>Iterations of callbacks so far, over all frames.</summary>
    public int CallbackDepth;

    /// <summary>Rounds so far through loops that end by themselves: may_goto and iterators.</summary>
    public int CountedRounds;

    /// <summary>Whether this path waits at the way to an armed probe. A copy does not.</summary>
    public bool IsArmed;

    /// <summary>Newest entry of the history, or -1.</summary>
    public int History = -1;

    /// <summary>Instructions and jumps since the last checkpoint.</summary>
    public int StepsSinceCheckpoint;
    public int JumpsSinceCheckpoint;

    public Checkpoint? Parent;

    public FrameState Frame => Frames[Depth]!;

    /// <summary>Memory that its frames take, about.</summary>
    public int Bytes
    {
        get
        {
            int bytes = OwnBytes;
            for (int i = 0; i <= Depth; i++)
                bytes += Frames[i]!.Bytes;
            return bytes;
        }
    }

    public bool HoldsLock => LockMap != NoLock;

    public void CopyFrom(PathState other)
    {
        for (int i = 0; i <= other.Depth; i++)
            (Frames[i] ??= new FrameState()).CopyFrom(other.Frames[i]!);
        if (References.Length < other.ReferenceCount)
            (References, ReferenceSlots) = (new int[MaxReferences], new int[MaxReferences]);
        Array.Copy(other.References, References, other.ReferenceCount);
        Array.Copy(other.ReferenceSlots, ReferenceSlots, other.ReferenceCount);
        Depth = other.Depth;
        ReferenceCount = other.ReferenceCount;
        LockMap = other.LockMap;
        LockOwner = other.LockOwner;
        LockSlot = other.LockSlot;
        Slot = other.Slot;
        Number = other.Number;
        CallbackDepth = other.CallbackDepth;
        CountedRounds = other.CountedRounds;
        History = other.History;
        StepsSinceCheckpoint = other.StepsSinceCheckpoint;
        JumpsSinceCheckpoint = other.JumpsSinceCheckpoint;
        Parent = other.Parent;
    }

    /// <summary>Adds to what must be given back, of which there are fewer than <see cref="MaxReferences"/>.</summary>
    public void Hold(int id, int slot)
    {
        if (References.Length == 0)
            (References, ReferenceSlots) = (new int[MaxReferences], new int[MaxReferences]);
        References[ReferenceCount] = id;
        ReferenceSlots[ReferenceCount++] = slot;
    }

    public bool HoldsReference(int id)
    {
        for (int i = 0; i < ReferenceCount; i++)
        {
            if (References[i] == id)
                return true;
        }

        return false;
    }

    public void DropReference(int id)
    {
        for (int i = 0; i < ReferenceCount; i++)
        {
            if (References[i] != id)
                continue;
            ReferenceCount--;
            References[i] = References[ReferenceCount];
            ReferenceSlots[i] = ReferenceSlots[ReferenceCount];
            return;
        }
    }
}

/// <summary>A state that was stored so that later paths with nothing new can end there.</summary>
sealed class Checkpoint
{
    public readonly PathState State;
    public readonly Checkpoint? Parent;

    /// <summary>Paths and younger checkpoints that are still being explored.</summary>
    public int Branches = 1;

    /// <summary>Stack slots of each frame that were read behind this, before being written.</summary>
    public readonly ulong[] Read = new ulong[RunLimits.ProgramFrames];

    /// <summary>Whether a loop behind it was closed: then what it needs is not fully known and every number counts.</summary>
    public bool IsExact;

    public int Misses;
    public int Hits;

    public Checkpoint(PathState state, Checkpoint? parent)
    {
        State = state;
        Parent = parent;
    }

    public int History => State.History;
}
