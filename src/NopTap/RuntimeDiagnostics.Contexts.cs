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

    /// <summary>A buffer or context that a run uses was given to another run.</summary>
    public static readonly DiagnosticDescriptor BufferInUse = new("BPF4152", "buffer or context in use", Errno.EBUSY);

    /// <summary>A structure of another size than the one that the program was verified for.</summary>
    public static readonly DiagnosticDescriptor ContextSize = new("BPF4153", "context of another size");

    /// <summary>Runs inside runs, more of them than may be.</summary>
    public static readonly DiagnosticDescriptor NestedRuns = new("BPF4154", "runs nested too deep", Errno.E2BIG);

    /// <summary>A thread with too little stack left for a run, or for a helper or observer of the host.</summary>
    public static readonly DiagnosticDescriptor StackTooSmall = new("BPF4155", "too little stack", Errno.ENOMEM);

    /// <summary>A ring buffer is read by the handler that has one of its records.</summary>
    public static readonly DiagnosticDescriptor RingInUse = new("BPF4156", "ring buffer in use", Errno.EBUSY);

    /// <summary>A host's helper whose name or number is taken or malformed.</summary>
    public static readonly DiagnosticDescriptor HostHelperName = new("BPF4130", "helper name or number not allowed", Errno.EEXIST);

    /// <summary>A host's helper whose signature cannot be called.</summary>
    public static readonly DiagnosticDescriptor HostHelperSignature = new("BPF4131", "helper signature not allowed");

    /// <summary>More helpers of a host than there are places.</summary>
    public static readonly DiagnosticDescriptor HostHelpersExhausted = new("BPF4132", "too many helpers of the host", Errno.ENOSPC);
}
