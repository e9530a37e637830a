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
    /// <summary>Agreement in a word.</summary>
    public Agreement Agreement => (Ours.IsAccepted, Kernel.Outcome) switch
    {
        (_, KernelOutcome.NotReached) => Agreement.NotAsked,
        (true, KernelOutcome.Accepted) => Agreement.BothAccept,
        (false, KernelOutcome.Refused) => Agreement.BothRefuse,
        (true, KernelOutcome.Refused) => Agreement.OnlyOursAccepts,
        _ => Agreement.OnlyKernelAccepts,
    };

    /// <summary>Whether both say the same.</summary>
    public bool Agrees => Agreement is Agreement.BothAccept or Agreement.BothRefuse;
}

/// <summary>How two verdicts relate.</summary>
enum Agreement
{
    BothAccept,
    BothRefuse,
    OnlyOursAccepts,
    OnlyKernelAccepts,

    /// <summary>libbpf ends before the kernel's verifier is asked: nothing is compared.</summary>
    NotAsked,
}
