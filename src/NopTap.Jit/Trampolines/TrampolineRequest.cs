// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;

namespace NopTap.Jit.Trampolines;

/// <summary>Where a trampoline is called from.</summary>
internal enum TrampolineKind
{
    /// <summary>A probe site in the middle of a body: every live register must survive.</summary>
    ProbeSite,

    /// <summary>The entry site of a function: only its arguments are live.</summary>
    FunctionEntry,
}

/// <summary>Everything that the machine code of a trampoline depends on. Immutable.</summary>
internal sealed record TrampolineRequest
{
    /// <summary>Where it is called from.</summary>
    public required TrampolineKind Kind { get; init; }

    /// <summary>Where each of the zero to five arguments is when the site is reached.</summary>
    public ImmutableArray<MachineArgument> Arguments { get; init; } = [];

    /// <summary>BPF registers that a hit must preserve; those that calls keep cost nothing.</summary>
    public RegisterSet Live { get; init; } = RegisterSet.All;

    /// <summary>Function entries: address of the function's code behind its entry site, called when there are exit observers.</summary>
    public ulong Body { get; init; }

    /// <summary>Observers in the order in which they run.</summary>
    public ImmutableArray<TrampolineObserver> Observers { get; init; } = [];

    /// <summary>Function entries: observers that run when the function returns, in that order.</summary>
    public ImmutableArray<TrampolineObserver> ExitObservers { get; init; } = [];
}

/// <summary>How an observer is called.</summary>
internal enum ObserverConvention
{
    /// <summary>A function of machine code (Abi/README.md, "Function") in the same code region: r1 is the argument array.</summary>
    Function,

    /// <summary><c>void (ulong* arguments, nint handle, ThreadBlock*)</c>, System V; never throws; anywhere.</summary>
    Managed,
}

/// <summary>One observer as a trampoline calls it.</summary>
/// <param name="Convention">How.</param>
/// <param name="Address">What.</param>
/// <param name="Handle">Second argument of <see cref="ObserverConvention.Managed"/>.</param>
/// <param name="Cookie">What <c>bpf_get_attach_cookie</c> gives it.</param>
/// <param name="CountersOffset">Offset in the thread block of the link's hits and, 8 bytes on, misses.</param>
/// <param name="ObserverOffset">Offset in the thread block of the observer's "is running" word and, 8 bytes on, its own misses.</param>
/// <param name="IsOpen">Whether its gate is open: it is called. The gate can be patched later.</param>
internal readonly record struct TrampolineObserver(
    ObserverConvention Convention, ulong Address, nint Handle, ulong Cookie, int CountersOffset, int ObserverOffset, bool IsOpen);

/// <summary>
/// The gate of one observer in a trampoline: a 5-byte NOP inside an aligned word at the start of its section, which a JMP to the
/// section's end closes. So an observer can be silenced by one store, without memory.
/// </summary>
/// <param name="Offset">Of the NOP.</param>
/// <param name="End">Where the JMP lands.</param>
internal readonly record struct ObserverGate(int Offset, int End);
