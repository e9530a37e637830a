// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Interpreter;

/// <summary>Kinds of failure that interpretation ends with.</summary>
public static class InterpreterDiagnostics
{
    /// <summary>A load, store or atomic operation outside all memory of the program.</summary>
    public static readonly DiagnosticDescriptor OutsideMemory = new("BPF4501", "access outside the program's memory", Errno.EFAULT);

    /// <summary>A store to memory that is only to be read, or a load from memory that only helpers may use.</summary>
    public static readonly DiagnosticDescriptor ForbiddenAccess = new("BPF4502", "access that this memory does not allow", Errno.EACCES);

    /// <summary>More instructions than the run may execute.</summary>
    public static readonly DiagnosticDescriptor BudgetSpent = new("BPF4503", "instruction budget spent", Errno.E2BIG);

    /// <summary>An instruction that has no meaning, or the end of the program without an exit.</summary>
    public static readonly DiagnosticDescriptor InvalidInstruction = new("BPF4504", "instruction without a meaning", Errno.EINVAL);

    /// <summary>A helper that the run does not have.</summary>
    public static readonly DiagnosticDescriptor UnknownHelper = new("BPF4505", "helper not available", Errno.EINVAL);

    /// <summary>An argument that the helper must not be given.</summary>
    public static readonly DiagnosticDescriptor HelperArgument = new("BPF4506", "helper argument refused", Errno.EFAULT);

    /// <summary>More frames than a run may have.</summary>
    public static readonly DiagnosticDescriptor CallDepth = new("BPF4507", "calls nested too deeply", Errno.E2BIG);

    /// <summary>A call or callback through a value that is no function.</summary>
    public static readonly DiagnosticDescriptor InvalidCallTarget = new("BPF4508", "call of something that is no function", Errno.EFAULT);

    /// <summary>An atomic operation at an address that is not a multiple of its width.</summary>
    public static readonly DiagnosticDescriptor UnalignedAtomic = new("BPF4509", "atomic operation at an unaligned address", Errno.EFAULT);

    /// <summary>A wide load whose map, value or variable the run was not given.</summary>
    public static readonly DiagnosticDescriptor MissingReference = new("BPF4510", "reference without an address", Errno.ENOENT);
}
