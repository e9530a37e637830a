// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap;

/// <summary>Every kind of failure that the runtime reports.</summary>
public static partial class RuntimeDiagnostics
{
    /// <summary>A run that was stopped at its limit of rounds, where the caller gets no more than its result.</summary>
    public static readonly DiagnosticDescriptor RunStopped = new("BPF4520", "run stopped at its limit of rounds", Errno.E2BIG);
}
