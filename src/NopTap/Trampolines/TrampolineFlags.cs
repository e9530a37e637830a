// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Trampolines;

/// <summary>What a trampoline does, with the kernel's bits (<c>BPF_TRAMP_F_*</c>); those that have no meaning here are left out.</summary>
[Flags]
internal enum TrampolineFlags
{
    /// <summary>Nothing attached.</summary>
    None = 0,

    /// <summary>Arguments are restored before the return to the target.</summary>
    RestoreRegs = 1 << 0,

    /// <summary>It calls the function's body itself, because something wants its result.</summary>
    CallOrig = 1 << 1,

    /// <summary>It returns to the function's caller.</summary>
    SkipFrame = 1 << 2,

    /// <summary>Arguments come from the registers that were recorded when the object was built, not in calling order.</summary>
    SdtProbe = 1 << 9,
}
