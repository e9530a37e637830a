// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Maps;

// The host's side of a prog array: programs in and out.
public sealed unsafe partial class ProgramArrayMap
{
    /// <summary>Puts a program under an index, in place of the one that was there.</summary>
    /// <param name="index">Index below the capacity.</param>
    /// <param name="program">
    /// A program like those that are here or that call through this array: same runtime, type, attach type, context and, for observers,
    /// prototype. It stays loaded as long as it is here.
    /// </param>
    /// <exception cref="BpfOperationException">The index is beyond the end, or the program cannot be called from here.</exception>
    /// <exception cref="ObjectDisposedException">The array is disposed.</exception>
    public void Set(uint index, BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (index >= MaxEntries)
        {
            throw new BpfOperationException(RuntimeDiagnostics.ProgramArrayIndex.At(
                Place, $"index {index} is beyond the end of {MaxEntries} entries", "use an index below max_entries"));
        }

        if (program.IsDisposed || !program.TryRetain())
            throw Refused(program, $"program '{program.Name}' is being unloaded", "put it into the array before its object is disposed");
        bool isIn = false;
        try
        {
            Put(index, program);
            isIn = true;
        }
        finally
        {
            if (!isIn)
                program.Release();
        }
    }

    /// <summary>Empties an entry.</summary>
    /// <param name="index">Index.</param>
    /// <returns>Whether a program was there.</returns>
    public bool Clear(uint index)
    {
        Errno error = ClearProgram(index, out object? previous);
        (previous as BpfProgram)?.Release();
        return error == Errno.None;
    }

    /// <summary>Empties an entry that a load has written which is now refused, unless another program took its place. The program holds the array's memory.</summary>
    internal void TakeBack(uint index, BpfProgram program)
    {
        lock (_lock)
        {
            if (EntryAt(index)?.Program != program)
                return;
            ClearAt(index);
        }

        Withdraw();
        program.Release();
    }

    /// <summary>The program under an index, or null.</summary>
    /// <param name="index">Index.</param>
    public BpfProgram? Get(uint index) => ProgramAt(index) as BpfProgram;

    // The caller has retained the program for the entry.
    void Put(uint index, BpfProgram program)
    {
        program.ThrowIfNotRunnable();
        // An observer may be getting its code on another thread just now.
        if (program.Contract is not { } contract || program.Image is not { } image)
            throw Refused(program, $"program '{program.Name}' has no code", "attach the observer before it is put into an array");
        if (Claim(contract, out string owner) is { } difference)
            throw Refused(program, Say(program, difference, owner), difference.Hint);
        bool isIn = false;
        object? previous;
        try
        {
            SetProgram(index, program, program.Id, image.FunctionStart, out previous);
            isIn = true;
        }
        finally
        {
            if (!isIn)
                Withdraw();
        }

        (previous as BpfProgram)?.Release();
    }

    BpfOperationException Refused(BpfProgram program, string what, string hint) => new(RuntimeDiagnostics.ProgramArrayEntry.At(
        Place with { Program = program.Name, Section = program.Spec.SectionName }, what, hint));
}
