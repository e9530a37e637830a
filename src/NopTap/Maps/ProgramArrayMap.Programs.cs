// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Maps;

// The host's side of a prog array: programs in and out.
public sealed unsafe partial class ProgramArrayMap
{
    /// <summary>Puts a program under an index, in place of the one that was there.</summary>
    /// <param name="index">Index below the capacity.</param>
    /// <param name="program">A program of the same type as the others; it stays loaded as long as it is here.</param>
    /// <exception cref="BpfOperationException">The index is beyond the end, or the program cannot be called from here.</exception>
    public void Set(uint index, BpfProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        CheckCallable(program);
        if (!program.TryRetain())
            throw Refused(program, "is being unloaded", "put it into the array before its object is disposed");
        Errno error = SetProgram(index, program, program.Id, program.Image!.FunctionStart, out object? previous);
        if (error != Errno.None)
        {
            program.Release();
            throw new BpfOperationException(RuntimeDiagnostics.ProgramArrayIndex.At(
                Place, $"index {index} is beyond the end of {MaxEntries} entries", "use an index below max_entries"));
        }

        (previous as BpfProgram)?.Release();
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

    /// <summary>The program under an index, or null.</summary>
    /// <param name="index">Index.</param>
    public BpfProgram? Get(uint index) => ProgramAt(index) as BpfProgram;

    // As in the kernel: the first program decides what the others must be.
    void CheckCallable(BpfProgram program)
    {
        if (program.Image is null)
            throw Refused(program, "has no code", "attach the observer before it is put into an array");
        if (FirstProgram() is { } other && other.Type != program.Type)
            throw Refused(program, $"is of type {program.Type} where '{other.Name}' is of type {other.Type}", "use one array for each program type");
    }

    BpfProgram? FirstProgram()
    {
        lock (_lock)
        {
            foreach (Entry entry in _entries)
            {
                if (entry.Program is BpfProgram program)
                    return program;
            }
        }

        return null;
    }

    BpfOperationException Refused(BpfProgram program, string why, string hint) => new(RuntimeDiagnostics.ProgramArrayEntry.At(
        Place with { Program = program.Name }, $"program '{program.Name}' {why}", hint));
}
