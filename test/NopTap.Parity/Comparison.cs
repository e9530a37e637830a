// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity;

/// <summary>Both verdicts on one program.</summary>
/// <param name="File">File name of the object.</param>
/// <param name="Program">Name of the program.</param>
/// <param name="Type">Its type.</param>
/// <param name="Ours">This library's verdict.</param>
/// <param name="Kernel">The kernel's.</param>
sealed record Comparison(string File, string Program, ProgramType Type, OurAnswer Ours, KernelAnswer Kernel)
{
    /// <summary>Whether both say the same. A program that does not come to the kernel's verifier counts as one that it refuses.</summary>
    public bool Agrees => Ours.IsAccepted == (Kernel.Outcome == KernelOutcome.Accepted);

    /// <summary>Agreement in a word.</summary>
    public Agreement Agreement => (Ours.IsAccepted, Kernel.Outcome == KernelOutcome.Accepted) switch
    {
        (true, true) => Agreement.BothAccept,
        (false, false) => Agreement.BothRefuse,
        (true, false) => Agreement.OnlyOursAccepts,
        _ => Agreement.OnlyKernelAccepts,
    };
}

/// <summary>How two verdicts relate.</summary>
enum Agreement
{
    BothAccept,
    BothRefuse,
    OnlyOursAccepts,
    OnlyKernelAccepts,
}
