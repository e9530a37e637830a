// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Threads;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>Checks an attachment before anything changes, and makes its link.</summary>
internal static class Attaching
{
    /// <summary>Attaches to a probe.</summary>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    internal static SdtLink ToProbe(AttachPoint point, Observer observer, LinkOptions options)
    {
        Check(point, observer, options, AttachType.TraceSdt);
        var link = new SdtLink(point, observer, options.Cookie, [.. point.Indexes.Select(index => Describe(point, index))]);
        link.Create();
        MarkNesting(point, observer);
        return link;
    }

    /// <summary>Attaches to the entry or exit of a function.</summary>
    /// <exception cref="BpfException">Refused; nothing changed.</exception>
    internal static TracingLink ToFunction(AttachPoint point, Observer observer, LinkOptions options, bool isExit)
    {
        CheckLocks(point);
        Check(point, observer, options, isExit ? AttachType.TraceFexit : AttachType.TraceFentry);
        var link = new TracingLink(point, observer, options.Cookie, isExit);
        link.Create();
        MarkNesting(point, observer);
        return link;
    }

    static void Check(AttachPoint point, Observer observer, LinkOptions options, AttachType attachType)
    {
        // It may build the observer, and builds trampolines.
        StackGuard.Ask();
        if (options.Flags != 0)
        {
            throw Refused(
                RuntimeDiagnostics.LinkFlagsUnknown, point, $"flags 0x{options.Flags:x} of the link are not defined", "pass no flags");
        }

        if (options.AttachType is { } asked && asked != attachType)
            throw TypeMismatch(point, $"attach type {asked} was asked for at a place for {attachType}");
        CheckTarget(point, options);
        if (observer is ProgramObserver { Program: var program })
            CheckProgram(point, program, attachType);
    }

    // An observer that waited for the lock which its target holds would wait for ever.
    static void CheckLocks(AttachPoint point)
    {
        if (!point.Target.Verified.Functions[point.Indexes[0]].RunsUnderLock)
            return;
        throw Refused(
            RuntimeDiagnostics.FunctionUnderLock,
            point,
            $"function '{point.Name}' is entered or left while a spin lock is held, and its observers could wait for that lock",
            "observe the function that takes and gives back the lock, or place a probe behind bpf_spin_unlock");
    }

    static void CheckTarget(AttachPoint point, LinkOptions options)
    {
        if (options.TargetId != 0 && options.TargetId != point.Target.Id)
        {
            throw Refused(
                RuntimeDiagnostics.LinkTargetMismatch,
                point,
                $"the link options name program {options.TargetId}, this place is in program {point.Target.Id}",
                "attach to the place in that program, or leave the id out");
        }

        if (options.TargetBtfId != 0 && options.TargetBtfId != point.BtfId)
        {
            throw Refused(
                RuntimeDiagnostics.LinkTargetMismatch,
                point,
                $"the link options name BTF type {options.TargetBtfId}, this place has {point.BtfId}",
                "leave the id out");
        }
    }

    static void CheckProgram(AttachPoint point, ITracedProgram program, AttachType attachType)
    {
        if (program.NotRunnable is { } why)
            throw new BpfOperationException(why);
        if (program.Spec.Type != ProgramType.Tracing)
        {
            throw Refused(
                RuntimeDiagnostics.NotAnObserver,
                point,
                $"program '{program.Name}' in section '{program.Spec.SectionName}' is of type {program.Spec.Type}",
                "put the observer in section bpf_sdt, fentry or fexit");
        }

        if (program.Spec.AttachType != attachType)
            throw TypeMismatch(point, $"observer '{program.Name}' was built for {program.Spec.AttachType}, this place takes {attachType}");
        if (!ReferenceEquals(program.Links, point.Target.Links))
        {
            throw Refused(
                RuntimeDiagnostics.DifferentRuntimes,
                point,
                $"observer '{program.Name}' lives in another runtime than its target",
                "load both with one BpfRuntime");
        }

        CheckNesting(point, program);
        if (program.IsDisposed || point.Target.IsDisposed)
        {
            throw Refused(
                RuntimeDiagnostics.ProgramGone, point, $"observer '{program.Name}' or its target was disposed", "load the object again");
        }

        CheckPrototype(point, program, attachType == AttachType.TraceFexit);
    }

    // As in the kernel: an observer may be observed, but not by one that is observed in turn.
    static void CheckNesting(AttachPoint point, ITracedProgram program)
    {
        bool isTargetObserver = point.Target.Spec.Type == ProgramType.Tracing;
        if (!isTargetObserver || (!point.Target.ObservesObserver && !ReferenceEquals(point.Target, program)))
            return;
        throw Refused(
            RuntimeDiagnostics.NestedTooDeep,
            point,
            $"'{point.Target.Name}' is itself an observer of an observer",
            "observe the outermost target instead");
    }

    static void CheckPrototype(AttachPoint point, ITracedProgram program, bool isExit)
    {
        ProbePrototype wanted = point.Prototype(isExit);
        if (program.Prototype is null)
            program.Build(wanted);
        if (wanted.Equals(program.Prototype))
            return;
        throw Refused(
            RuntimeDiagnostics.PrototypeMismatch,
            point,
            $"observer '{program.Name}' was built for {program.Prototype}, this place has {wanted}",
            "load the observer's object once more for this place");
    }

    static void MarkNesting(AttachPoint point, Observer observer)
    {
        if (observer is ProgramObserver { Program: var program } && point.Target.Spec.Type == ProgramType.Tracing)
            program.ObservesObserver = true;
    }

    static SdtProbeInfo Describe(AttachPoint point, int index)
    {
        ProbeSiteSpec site = point.Target.Verified.Sites[index].Site;
        ImmutableArray<ProbeArgumentSpec> arguments = site.Arguments;
        return new SdtProbeInfo(point.Name, arguments.Length, arguments, site.Instruction, point.Describe(index).Address);
    }

    static BpfOperationException TypeMismatch(AttachPoint point, string message) =>
        Refused(RuntimeDiagnostics.AttachTypeMismatch, point, message, "use an observer whose section matches the place");

    static BpfOperationException Refused(DiagnosticDescriptor descriptor, AttachPoint point, string message, string hint) =>
        new(descriptor.At(point.DiagnosticPlace, message, hint));
}
