// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Cli;

/// <summary>Every kind of failure that the tool itself reports.</summary>
public static class CliDiagnostics
{
    /// <summary>A file that cannot be read.</summary>
    public static readonly DiagnosticDescriptor FileUnreadable = new("BPF5001", "file cannot be read", Errno.ENOENT);

    /// <summary>A file that cannot be written.</summary>
    public static readonly DiagnosticDescriptor FileUnwritable = new("BPF5002", "file cannot be written", Errno.EACCES);

    /// <summary>No program of this name.</summary>
    public static readonly DiagnosticDescriptor NoSuchProgram = new("BPF5003", "no such program", Errno.ENOENT);

    /// <summary>Several programs would do.</summary>
    public static readonly DiagnosticDescriptor ProgramNotNamed = new("BPF5004", "program not named");

    /// <summary>No map of this name.</summary>
    public static readonly DiagnosticDescriptor NoSuchMap = new("BPF5005", "no such map", Errno.ENOENT);

    /// <summary>A pattern that no probe's name fits.</summary>
    public static readonly DiagnosticDescriptor NoSuchProbe = new("BPF5006", "no probe matches", Errno.ENOENT);

    /// <summary>A program that runs on something else than packets.</summary>
    public static readonly DiagnosticDescriptor NotForPackets = new("BPF5007", "program does not run on packets");

    /// <summary>Machine code was asked for where there is none.</summary>
    public static readonly DiagnosticDescriptor NoMachineCode = new("BPF5008", "no machine code", Errno.EOPNOTSUPP);

    /// <summary>Bytes that are no capture file.</summary>
    public static readonly DiagnosticDescriptor NotACapture = new("BPF5010", "not a capture file");

    /// <summary>A capture in the newer format.</summary>
    public static readonly DiagnosticDescriptor CaptureIsPcapng = new("BPF5011", "capture is pcapng", Errno.EOPNOTSUPP);

    /// <summary>A capture of something else than Ethernet frames.</summary>
    public static readonly DiagnosticDescriptor CaptureLinkType = new("BPF5012", "capture is not of Ethernet", Errno.EOPNOTSUPP);

    /// <summary>A capture that ends within a record.</summary>
    public static readonly DiagnosticDescriptor CaptureTruncated = new("BPF5013", "capture is cut");

    /// <summary>A capture without a packet.</summary>
    public static readonly DiagnosticDescriptor CaptureEmpty = new("BPF5014", "capture has no packets", Errno.ENOENT);

    /// <summary>The demo saw something else than it promises.</summary>
    public static readonly DiagnosticDescriptor DemoClaim = new("BPF5030", "demo's claim does not hold", Errno.EFAULT);

    /// <summary>Ctrl-C came before the command was done.</summary>
    public static readonly DiagnosticDescriptor Interrupted = new("BPF5031", "interrupted", Errno.EINTR);

    /// <summary>Runs that made as many rounds as they may.</summary>
    public static readonly DiagnosticDescriptor RunsStopped = new("BPF5032", "runs stopped at their limit of rounds", Errno.E2BIG);
}
