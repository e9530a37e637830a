// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Notes which slots our exploration reached and which ways of branches it went.</summary>
sealed class WayTrace(ProgramSpec program) : ExplorationTrace
{
    readonly bool[] _reached = new bool[program.Instructions.Length];
    readonly bool[] _passed = new bool[program.Instructions.Length];
    readonly bool[] _taken = new bool[program.Instructions.Length];
    readonly bool[] _calledBack = new bool[program.Instructions.Length];
    int _last = -1;

    public bool IsReached(int slot) => _reached[slot];

    /// <summary>Whether a branch was never left for the next instruction.</summary>
    public bool NeverPassed(int slot) => _reached[slot] && !_passed[slot];

    /// <summary>Whether a branch was never left for its target.</summary>
    public bool NeverTaken(int slot) => _reached[slot] && !_taken[slot];

    /// <summary>Whether a helper call ever entered a callback.</summary>
    public bool CalledBack(int slot) => _calledBack[slot];

    public override void Starts(PathState path, int from)
    {
        _last = from;
        if (from >= 0 && program.Instructions[from].IsHelperCall && path.Frame.IsCallback)
            _calledBack[from] = true;
    }

    public override void Steps(int slot, PathState path)
    {
        _reached[slot] = true;
        Went(slot);
        _last = slot;
    }

    public override void IsCovered(PathState path, Checkpoint by) => Went(path.Slot);

    void Went(int slot)
    {
        if (_last < 0 || !program.Instructions[_last].IsConditionalJump)
            return;
        if (slot == _last + 1)
            _passed[_last] = true;
        if (slot == program.Instructions[_last].JumpTarget(_last))
            _taken[_last] = true;
    }
}
