// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap;

// What may be wrong with a context or with the helpers of a host.
public static partial class RuntimeDiagnostics
{
    /// <summary>A program type that this runtime does not run.</summary>
    public static readonly DiagnosticDescriptor ProgramTypeUnknown = new("BPF4150", "program type not supported");

    /// <summary>A packet that is shorter or longer than one can be.</summary>
    public static readonly DiagnosticDescriptor PacketLength = new("BPF4151", "packet length not allowed");

    /// <summary>A host's helper whose name or number is taken or malformed.</summary>
    public static readonly DiagnosticDescriptor HostHelperName = new("BPF4130", "helper name or number not allowed", Errno.EEXIST);

    /// <summary>A host's helper whose signature cannot be called.</summary>
    public static readonly DiagnosticDescriptor HostHelperSignature = new("BPF4131", "helper signature not allowed");

    /// <summary>More helpers of a host than there are places.</summary>
    public static readonly DiagnosticDescriptor HostHelpersExhausted = new("BPF4132", "too many helpers of the host", Errno.ENOSPC);
}
