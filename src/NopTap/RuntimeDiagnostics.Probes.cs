// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap;

public static partial class RuntimeDiagnostics
{
    /// <summary>A probe or function that has no place to which an observer could be attached.</summary>
    public static readonly DiagnosticDescriptor NotAttachable = new("BPF4301", "no place to attach", Errno.ENOENT);

    /// <summary>The observer is attached to this place already.</summary>
    public static readonly DiagnosticDescriptor AlreadyAttached = new("BPF4302", "observer already attached", Errno.EBUSY);

    /// <summary>A place holds as many observers as it can.</summary>
    public static readonly DiagnosticDescriptor TooManyObservers = new("BPF4303", "too many observers", Errno.E2BIG);

    /// <summary>The attach type asked for is not the observer's or not the place's.</summary>
    public static readonly DiagnosticDescriptor AttachTypeMismatch = new("BPF4304", "attach type mismatch");

    /// <summary>Flags of a link that mean nothing.</summary>
    public static readonly DiagnosticDescriptor LinkFlagsUnknown = new("BPF4305", "unknown link flags");

    /// <summary>Link options that name another target than the one attached to.</summary>
    public static readonly DiagnosticDescriptor LinkTargetMismatch = new("BPF4306", "link target mismatch");

    /// <summary>The observer was built for another prototype.</summary>
    public static readonly DiagnosticDescriptor PrototypeMismatch = new("BPF4307", "prototype mismatch");

    /// <summary>A trampoline with the same key exists for another address or model.</summary>
    public static readonly DiagnosticDescriptor TrampolineConflict = new("BPF4308", "trampoline conflict", Errno.EBUSY);

    /// <summary>A link of this type cannot change its observer.</summary>
    public static readonly DiagnosticDescriptor LinkUpdateNotSupported = new("BPF4309", "link cannot be updated");

    /// <summary>The target or the observer was disposed.</summary>
    public static readonly DiagnosticDescriptor ProgramGone = new("BPF4310", "program was disposed", Errno.EBADF);

    /// <summary>An observer of an observer of an observer.</summary>
    public static readonly DiagnosticDescriptor NestedTooDeep = new("BPF4311", "observers nested too deep");

    /// <summary>All link ids are taken.</summary>
    public static readonly DiagnosticDescriptor LinkIdsExhausted = new("BPF4312", "link ids exhausted", Errno.ENOSPC);

    /// <summary>No link has this id.</summary>
    public static readonly DiagnosticDescriptor LinkUnknown = new("BPF4313", "unknown link id", Errno.ENOENT);

    /// <summary>The link of this id is still being made.</summary>
    public static readonly DiagnosticDescriptor LinkNotSettled = new("BPF4314", "link not settled yet", Errno.EAGAIN);

    /// <summary>A program that is no observer.</summary>
    public static readonly DiagnosticDescriptor NotAnObserver = new("BPF4315", "program is not an observer");

    /// <summary>Target and observer live in different runtimes.</summary>
    public static readonly DiagnosticDescriptor DifferentRuntimes = new("BPF4316", "different runtimes");

    /// <summary>A function that is entered or left under a spin lock.</summary>
    public static readonly DiagnosticDescriptor FunctionUnderLock = new("BPF4317", "function under a spin lock");
}
