// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;

namespace NopTap.Interpreter;

// Early exits (EarlyExits): what each leaves and with what result is said there, once for all engines.
sealed partial class Execution
{
    /// <summary>Leaves early, as the rule says.</summary>
    /// <param name="exit">Which exit; one that leaves an instruction or a function.</param>
    /// <param name="error">The number that r0 gets where the rule says an error.</param>
    void LeaveEarly(EarlyExit exit, Errno error = Errno.None)
    {
        EarlyExitRule rule = EarlyExits.RuleOf(exit);
        _r[0] = ResultOf(rule.Result, error);
        if (Leaves(rule.Leaves))
            LeaveFunction();
    }

#pragma warning disable CS8524 // no arm for numbers without a name, so that a new kind of exit does not compile until it is made here
    ulong ResultOf(EarlyExitResult result, Errno error) => result switch
    {
        EarlyExitResult.Zero => 0,
        EarlyExitResult.ErrorOrNull => Error(error),
        EarlyExitResult.AnyNumber or EarlyExitResult.Unchanged => _r[0],
    };

    static bool Leaves(EarlyExitScope scope) => scope switch
    {
        EarlyExitScope.Instruction => false,
        EarlyExitScope.Function => true,
        EarlyExitScope.Run => throw new UnreachableException("BUG: what ends a run is thrown where it happens"),
    };
#pragma warning restore CS8524
}
