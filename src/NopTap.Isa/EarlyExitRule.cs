// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>What one early exit does.</summary>
/// <param name="Exit">Which one.</param>
/// <param name="Leaves">What is left by it.</param>
/// <param name="Result">What r0 holds where the program goes on.</param>
public readonly record struct EarlyExitRule(EarlyExit Exit, EarlyExitScope Leaves, EarlyExitResult Result);

/// <summary>What an early exit leaves.</summary>
public enum EarlyExitScope
{
    /// <summary>The instruction alone: the same function goes on behind it, or where it jumps to.</summary>
    Instruction,

    /// <summary>
    /// The function that runs: its caller goes on; a callback's helper calls back once more or is done; the entry function ends the program.
    /// Frames below, what is reserved and what is locked stay as they are.
    /// </summary>
    Function,

    /// <summary>The whole run.</summary>
    Run,
}

/// <summary>What r0 holds behind an early exit.</summary>
public enum EarlyExitResult
{
    /// <summary>The number 0; null where an address is returned.</summary>
    Zero,

    /// <summary>Any number.</summary>
    AnyNumber,

    /// <summary>A negative number, or null where an address is returned.</summary>
    ErrorOrNull,

    /// <summary>What it held; or nothing, where the run is over.</summary>
    Unchanged,
}
