// SPDX-License-Identifier: Apache-2.0

using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Breaks off what takes long: one program of a million steps costs as much as thousands of others, and tells less.</summary>
sealed class BudgetTrace(int limit) : ExplorationTrace
{
    int _steps;

    public override void Steps(int slot, PathState path)
    {
        if (++_steps > limit)
            throw new BudgetSpentException();
    }
}

/// <summary>A program takes more steps than it is worth.</summary>
sealed class BudgetSpentException() : Exception("the exploration was broken off");
