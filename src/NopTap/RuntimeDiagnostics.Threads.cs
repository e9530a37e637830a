// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap;

/// <summary>Every kind of failure that the runtime reports.</summary>
public static partial class RuntimeDiagnostics
{
    /// <summary>More threads than processor numbers are inside or have run BPF.</summary>
    public static readonly DiagnosticDescriptor ProcessorNumbersExhausted =
        new("BPF4201", "processor numbers exhausted", Errno.EAGAIN);

    /// <summary>The system refused the memory of a thread's block.</summary>
    public static readonly DiagnosticDescriptor ThreadBlockRefused = new("BPF4202", "thread block refused", Errno.ENOMEM);

    /// <summary>All counter slots are leased.</summary>
    public static readonly DiagnosticDescriptor SlotsExhausted = new("BPF4203", "counter slots exhausted", Errno.ENOSPC);
}
