// SPDX-License-Identifier: Apache-2.0

using NopTap.Jit.Trampolines;
using NopTap.Links;

namespace NopTap.Trampolines;

/// <summary>Who is called at a hit: a program or a delegate.</summary>
internal abstract class Observer
{
    /// <summary>Two observers with equal identities are the same one: it can be attached to a place only once.</summary>
    internal abstract object Identity { get; }

    /// <summary>Name for diagnostics and information.</summary>
    internal abstract string Name { get; }

    /// <summary>Id of the program; 0 for a delegate.</summary>
    internal abstract uint ProgramId { get; }

    /// <summary>How machine code calls it.</summary>
    internal abstract ObserverConvention Convention { get; }

    /// <summary>What machine code calls by <see cref="ObserverConvention.Function"/>.</summary>
    internal virtual ulong Address => 0;

    /// <summary>Called by managed code: the event has been admitted and counted.</summary>
    internal abstract void Invoke(in ProbeEvent e);
}

/// <summary>A program as an observer.</summary>
internal sealed class ProgramObserver(ITracedProgram program) : Observer
{
    internal ITracedProgram Program => program;

    internal override object Identity => program;

    internal override string Name => program.Name;

    internal override uint ProgramId => program.Id;

    internal override ObserverConvention Convention => program.CompiledCode is null ? ObserverConvention.Managed : ObserverConvention.Function;

    internal override ulong Address =>
        program.CompiledCode is { } code ? program.CodeAddress + (ulong)code.Functions[0].Offset : 0;

    internal override unsafe void Invoke(in ProbeEvent e) => program.Interpret(e.Arguments, e.Words, e.Block);
}

/// <summary>A delegate as an observer.</summary>
internal sealed class DelegateObserver(ProbeObserver observer) : Observer
{
    internal override object Identity => observer;

    internal override string Name => observer.Method.Name;

    internal override uint ProgramId => 0;

    internal override ObserverConvention Convention => ObserverConvention.Managed;

    internal override void Invoke(in ProbeEvent e) => observer(e);
}
