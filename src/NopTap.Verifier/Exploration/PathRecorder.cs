// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Exploration;

/// <summary>Follows an exploration that is known to be refused once more, and keeps the states of the last steps of the refused path.</summary>
/// <remarks>Exploration is deterministic: entries of the history have the numbers that they had the first time.</remarks>
sealed class PathRecorder : ExplorationTrace
{
    readonly int[] _made;
    int _next;

    public PathRecorder(RefusedPath path)
    {
        _made = path.Made;
        Before = new PathState[_made.Length + 1];
    }

    /// <summary>The history of the explorer that is followed.</summary>
    public required History History { get; set; }

    /// <summary>The state before each entry; behind the last one, the state that was refused.</summary>
    public PathState[] Before { get; }

    public override void Steps(int slot, PathState path)
    {
        if (_next < _made.Length && _made[_next] == History.Count)
            Before[_next++] = Copy(path);
    }

    public override void IsRefused(PathState path, Rejection rejection) => Before[^1] = Copy(path);

    static PathState Copy(PathState path)
    {
        var copy = new PathState();
        copy.CopyFrom(path);
        return copy;
    }
}

/// <summary>Which path was refused, so that it can be told how it went.</summary>
/// <param name="Entries">Its last entries in the history, oldest first.</param>
/// <param name="Made">How many entries the history had when each of them was about to be executed.</param>
/// <param name="IsExecuting">Whether the last entry is of the refused instruction itself.</param>
/// <param name="Register">Register whose value is at fault, or -1.</param>
/// <param name="Since">Slot of the instruction from which on the path is of interest, where no register is at fault; -1 for none.</param>
sealed record RefusedPath(int[] Entries, int[] Made, bool IsExecuting, int Register, int Since);
