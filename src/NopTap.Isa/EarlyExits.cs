// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Isa;

/// <summary>Where each <see cref="EarlyExit"/> happens and what it does.</summary>
public static class EarlyExits
{
#pragma warning disable CS8524 // no arm for numbers without a name, so that a new member does not compile until it has one

    /// <summary>All of them, in order of their numbers.</summary>
    public static ImmutableArray<EarlyExit> All { get; } = [.. Enum.GetValues<EarlyExit>()];

    /// <summary>What an early exit does, on every engine.</summary>
    /// <param name="exit">A member of the list.</param>
    public static EarlyExitRule RuleOf(EarlyExit exit) => exit switch
    {
        EarlyExit.PacketLoadFails => new(exit, EarlyExitScope.Function, EarlyExitResult.Zero),
        EarlyExit.TailCallSucceeds => new(exit, EarlyExitScope.Function, EarlyExitResult.AnyNumber),
        EarlyExit.TailCallFallsThrough => new(exit, EarlyExitScope.Instruction, EarlyExitResult.ErrorOrNull),
        EarlyExit.HelperFaults => new(exit, EarlyExitScope.Instruction, EarlyExitResult.ErrorOrNull),
        EarlyExit.CallbacksEnd => new(exit, EarlyExitScope.Instruction, EarlyExitResult.AnyNumber),
        EarlyExit.IteratorEnds => new(exit, EarlyExitScope.Instruction, EarlyExitResult.Zero),
        EarlyExit.MayGotoJumps => new(exit, EarlyExitScope.Instruction, EarlyExitResult.Unchanged),
        EarlyExit.GlobalFunctionSkipped => new(exit, EarlyExitScope.Function, EarlyExitResult.Zero),
        EarlyExit.RunFaults => new(exit, EarlyExitScope.Run, EarlyExitResult.Unchanged),
    };

    /// <summary>Whether an early exit may happen at an instruction.</summary>
    /// <param name="exit">A member of the list. <see cref="EarlyExit.RunFaults"/> may happen anywhere.</param>
    /// <param name="instruction">The instruction.</param>
    /// <param name="helper">The helper that it calls, or null.</param>
    /// <param name="callsGlobal">Whether it calls a global function.</param>
    public static bool MayHappen(EarlyExit exit, in Instruction instruction, HelperSignature? helper = null, bool callsGlobal = false) => exit switch
    {
        EarlyExit.PacketLoadFails => instruction.IsPacketLoad,
        EarlyExit.TailCallSucceeds or EarlyExit.TailCallFallsThrough => helper?.Return == HelperReturn.TailCall,
        EarlyExit.HelperFaults => helper is not null && helper.Return != HelperReturn.TailCall,
        EarlyExit.CallbacksEnd => helper is not null && (helper.Effects & HelperEffects.CallsBack) != 0,
        EarlyExit.IteratorEnds => helper?.Return == HelperReturn.IteratorElementOrNull,
        EarlyExit.MayGotoJumps => instruction.IsMayGoto,
        EarlyExit.GlobalFunctionSkipped => callsGlobal && instruction.IsProgramCall,
        EarlyExit.RunFaults => true,
    };
#pragma warning restore CS8524
}
