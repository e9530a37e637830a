// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using NopTap.Isa;

namespace NopTap.Jit;

// Early exits (EarlyExits): what each leaves and with what result is said there, once for all engines.
sealed partial class FunctionLowering
{
    /// <summary>Leaves early, as the rule says. What leaves an instruction alone makes no code but its result: the caller goes on.</summary>
    /// <param name="exit">Which exit.</param>
    /// <param name="error">The number that r0 gets where the rule says an error.</param>
    void EmitLeaveEarly(EarlyExit exit, Errno error = Errno.None)
    {
        EarlyExitRule rule = EarlyExits.RuleOf(exit);
        if (ResultOf(rule.Result, error) is ulong result)
            _writer.MoveConstant(Gpr.Rax, result);
        if (Leaves(rule.Leaves))
            EmitReturn();
    }

#pragma warning disable CS8524 // no arm for numbers without a name, so that a new kind of exit does not compile until it is made here
    static ulong? ResultOf(EarlyExitResult result, Errno error) => result switch
    {
        EarlyExitResult.Zero => 0,
        EarlyExitResult.ErrorOrNull => unchecked((ulong)-(long)error),
        EarlyExitResult.AnyNumber or EarlyExitResult.Unchanged => null,
    };

    static bool Leaves(EarlyExitScope scope) => scope switch
    {
        EarlyExitScope.Instruction => false,
        EarlyExitScope.Function => true,
        EarlyExitScope.Run => throw new UnreachableException("BUG: machine code ends no run"),
    };
#pragma warning restore CS8524
}
