// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Jit;

/// <summary>The failures of this layer.</summary>
public static class JitDiagnostics
{
    /// <summary>The system refuses a region that can be both written and, elsewhere, executed.</summary>
    public static readonly DiagnosticDescriptor CodeMemoryRefused = new("BPF3001", "code memory refused by the system", Errno.EPERM);

    /// <summary>The region for machine code is full.</summary>
    public static readonly DiagnosticDescriptor CodeMemoryExhausted = new("BPF3002", "code memory exhausted", Errno.ENOMEM);

    /// <summary>A place to be patched does not hold what it should.</summary>
    public static readonly DiagnosticDescriptor PatchConflict = new("BPF3003", "patched code changed by someone else", Errno.EBUSY);

    /// <summary>A program calls a helper for which the host gave no address.</summary>
    public static readonly DiagnosticDescriptor MissingHelper = new("BPF3004", "helper without machine code", Errno.EINVAL);
}
