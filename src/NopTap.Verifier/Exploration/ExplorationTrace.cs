// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Exploration;

/// <summary>Is told what the exploration of a program does, in order. States are the explorer's own: read them, keep nothing of them.</summary>
/// <remarks>Each method does nothing unless overridden.</remarks>
abstract class ExplorationTrace
{
    /// <summary>A path begins or goes on: the first one, or one that waited behind a branch.</summary>
    /// <param name="path">The path; <see cref="PathState.Number"/> tells which, <see cref="PathState.Slot"/> where it goes on.</param>
    /// <param name="from">Slot of the instruction behind which it waited, or -1.</param>
    public virtual void Starts(PathState path, int from)
    {
    }

    /// <summary>An instruction is about to be executed.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="path">What is known in front of it.</param>
    public virtual void Steps(int slot, PathState path)
    {
    }

    /// <summary>The path left a copy of itself to be continued later; both may still be narrowed by this instruction.</summary>
    /// <param name="path">The path that goes on.</param>
    /// <param name="waiting">The copy; <see cref="PathState.Slot"/> is where it will go on.</param>
    public virtual void Forks(PathState path, PathState waiting)
    {
    }

    /// <summary>The program ends here.</summary>
    public virtual void Ends(PathState path)
    {
    }

    /// <summary>The path ends in front of an instruction because what may come was proved from another state.</summary>
    public virtual void IsCovered(PathState path, Checkpoint by)
    {
    }

    /// <summary>The path broke a rule; nothing is told afterwards.</summary>
    public virtual void IsRefused(PathState path, Rejection rejection)
    {
    }
}
