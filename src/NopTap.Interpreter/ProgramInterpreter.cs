// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Interpreter;

/// <summary>
/// A program ready to be interpreted: the reference semantics of the engines, slow and obvious. Every access is checked and every run
/// ends, whatever the program does. Immutable; any number of threads may run it, each with its own <see cref="GuestMemory"/>.
/// </summary>
/// <remarks>
/// Registers hold the addresses that compiled code would hold, so maps, contexts, packets and helpers serve both engines. What a program
/// may not rely on is destroyed on purpose: r1 to r5 after a call hold <see cref="Poison"/>. A function's address
/// (<see cref="PseudoSource.Function"/>) is a number outside all memory, good for calls and callbacks only.
/// </remarks>
internal sealed class ProgramInterpreter
{
    /// <summary>Value of registers that a call has destroyed.</summary>
    public const ulong Poison = 0xdead_beef_dead_beef;

    // Not canonical on any 64-bit machine, so that no region can hold it.
    const ulong FunctionToken = 0xbf0f_0000_0000_0000;

    readonly int[] _functionAtSlot;
    readonly int[] _siteAtSlot;
    readonly int[] _armingAtSlot;
    readonly MapReference?[] _referenceAtSlot;

    /// <summary>Prepares a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="imports">What it uses.</param>
    public ProgramInterpreter(VerifiedProgram program, InterpreterImports imports)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(imports);
        Program = program;
        Imports = imports;
        Code = program.Instructions;
        _functionAtSlot = Unset(Code.Length);
        _siteAtSlot = Unset(Code.Length);
        _armingAtSlot = Unset(Code.Length);
        _referenceAtSlot = new MapReference?[Code.Length];
        for (int function = 0; function < program.Spec.Functions.Length; function++)
            _functionAtSlot[program.Spec.Functions[function].Start] = function;
        foreach (MapReference reference in program.Spec.References)
            _referenceAtSlot[reference.Instruction] = reference;
        for (int site = 0; site < program.Sites.Length; site++)
            PlaceSite(site);
    }

    /// <summary>The program.</summary>
    public VerifiedProgram Program { get; }

    /// <summary>What it uses.</summary>
    public InterpreterImports Imports { get; }

    internal ImmutableArray<Instruction> Code { get; }

    /// <summary>Is shown each step of its runs; null for nobody. Set between runs, by tests of what was proved of the program.</summary>
    internal IStepObserver? Observer { get; set; }

    /// <summary>Runs the program from its entry function.</summary>
    /// <param name="memory">What it may touch beside the imports' regions; not in use by another run.</param>
    /// <param name="r1">The context, or the address of plain memory.</param>
    /// <param name="r2">Second argument: the length of plain memory.</param>
    /// <param name="r3">Third argument.</param>
    /// <param name="r4">Fourth argument.</param>
    /// <param name="r5">Fifth argument.</param>
    /// <param name="threadBlock">Sixth argument of helpers; 0 when no helper wants it.</param>
    /// <returns>r0.</returns>
    /// <exception cref="BpfFaultException">The program did what it may not, or its budget is spent; the run ended there.</exception>
    public ulong Run(GuestMemory memory, ulong r1, ulong r2 = 0, ulong r3 = 0, ulong r4 = 0, ulong r5 = 0, nint threadBlock = 0)
    {
        ArgumentNullException.ThrowIfNull(memory);
        int frames = memory.Frames;
        if (frames != 0)
            throw new InvalidOperationException("this memory is in use by another run");
        try
        {
            return new Execution(this, memory, threadBlock).Invoke(function: 0, r1, r2, r3, r4, r5);
        }
        finally
        {
            memory.PopFramesTo(frames);
        }
    }

    /// <summary>Index of the function that starts at a slot, or -1.</summary>
    internal int FunctionAt(int slot) => (uint)slot < (uint)_functionAtSlot.Length ? _functionAtSlot[slot] : -1;

    /// <summary>Index of the site whose NOP is at a slot, or -1.</summary>
    internal int SiteAt(int slot) => _siteAtSlot[slot];

    /// <summary>Index of the lazy site whose arming NOP is at a slot, or -1.</summary>
    internal int ArmingAt(int slot) => _armingAtSlot[slot];

    /// <summary>Map reference of the wide load at a slot.</summary>
    internal MapReference? ReferenceAt(int slot) => _referenceAtSlot[slot];

    /// <summary>The number that stands for a function's address.</summary>
    internal static ulong TokenOf(int function) => FunctionToken | (uint)function;

    /// <summary>The function that a number stands for, or -1.</summary>
    internal int FunctionOf(ulong token)
    {
        ulong function = token ^ FunctionToken;
        return function < (ulong)Program.Spec.Functions.Length ? (int)function : -1;
    }

    static int[] Unset(int length)
    {
        var table = new int[length];
        Array.Fill(table, -1);
        return table;
    }

    void PlaceSite(int index)
    {
        ProbeSiteFacts site = Program.Sites[index];
        if (site.Unattachable is not null)
            return;
        _siteAtSlot[site.Site.Instruction] = index;
        if (site.Site.IsLazy)
            _armingAtSlot[site.Site.ArmingInstruction] = index;
    }
}
