// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>What observers see of one interpreted program: the table that is asked where compiled code has a patchable NOP.</summary>
/// <remarks>
/// Indexes are those of <c>VerifiedProgram.Sites</c> and <c>VerifiedProgram.Functions</c>. Called on the thread that runs the program,
/// between two of its instructions; nothing that a hook does changes the program's registers. Hooks do not throw.
/// </remarks>
internal interface IProbeHook
{
    /// <summary>Whether a site has observers.</summary>
    /// <param name="site">The site.</param>
    bool IsActive(int site);

    /// <summary>Whether the arming jump of a lazy site is taken, so that its arguments are computed.</summary>
    /// <param name="site">The site.</param>
    bool IsArmed(int site);

    /// <summary>A site that has observers was reached.</summary>
    /// <param name="site">The site.</param>
    /// <param name="arguments">The whole register or constant of each argument; narrowing to the declared type is the observer's part.</param>
    /// <param name="threadBlock">The thread block that the run was given.</param>
    void Hit(int site, ReadOnlySpan<ulong> arguments, nint threadBlock);

    /// <summary>Whether a function's entry or exit has observers; asked once a call.</summary>
    /// <param name="function">The function.</param>
    bool IsTraced(int function);

    /// <summary>A traced function was entered.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">r1 to r5.</param>
    /// <param name="threadBlock">The thread block that the run was given.</param>
    void OnEntry(int function, ReadOnlySpan<ulong> arguments, nint threadBlock);

    /// <summary>A function that was traced when it was entered has returned.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">r1 to r5 as they were at its entry.</param>
    /// <param name="result">r0.</param>
    /// <param name="threadBlock">The thread block that the run was given.</param>
    void OnExit(int function, ReadOnlySpan<ulong> arguments, ulong result, nint threadBlock);
}
