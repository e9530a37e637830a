// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Jit;

/// <summary>What the functions of one program have in common while they are lowered: places, references and sites by slot.</summary>
sealed class ProgramLabels
{
    readonly Label[] _slots;
    readonly bool[] _isTarget;
    readonly Dictionary<int, MapReference> _references = [];
    readonly Dictionary<int, int> _sites = [];
    readonly Dictionary<int, int> _functionAt = [];
    readonly MachineWriter _writer;
    readonly Label?[] _routines = new Label?[Enum.GetValues<Routine>().Length];
    readonly List<(HashShape Shape, Label Start)> _hashRoutines = [];

    internal ProgramLabels(MachineWriter writer, VerifiedProgram program)
    {
        _writer = writer;
        _slots = new Label[program.Instructions.Length];
        _isTarget = new bool[program.Instructions.Length];
        for (int i = 0; i < _slots.Length; i++)
            _slots[i] = writer.NewLabel();
        Functions = new Label[program.Spec.Functions.Length];
        Thunks = new Label[Functions.Length];
        for (int i = 0; i < Functions.Length; i++)
        {
            Functions[i] = writer.NewLabel();
            Thunks[i] = writer.NewLabel();
            _functionAt.Add(program.Spec.Functions[i].Start, i);
        }

        foreach (MapReference reference in program.Spec.References)
            _references.Add(reference.Instruction, reference);
        foreach (ProbeSiteFacts site in program.Sites)
            AddSite(site.Site);
        FindTargets(program);
    }

    /// <summary>First byte of each function.</summary>
    internal Label[] Functions { get; }

    /// <summary>The thunk of each function whose address is taken.</summary>
    internal Label[] Thunks { get; }

    /// <summary>The look-ups in hashes that some function calls, in the order of their first calls.</summary>
    internal IReadOnlyList<(HashShape Shape, Label Start)> HashRoutines => _hashRoutines;

    /// <summary>A routine, which the image then has to have.</summary>
    internal Label Use(Routine routine) => _routines[(int)routine] ??= _writer.NewLabel();

    internal bool Uses(Routine routine, out Label start)
    {
        start = _routines[(int)routine].GetValueOrDefault();
        return _routines[(int)routine].HasValue;
    }

    /// <summary>The emitted look-up in hashes of a shape.</summary>
    internal Label HashRoutine(HashShape shape)
    {
        foreach ((HashShape known, Label start) in _hashRoutines)
        {
            if (known == shape)
                return start;
        }

        Label added = _writer.NewLabel();
        _hashRoutines.Add((shape, added));
        return added;
    }

    /// <summary>Code of a slot.</summary>
    internal Label Slot(int index) => _slots[index];

    /// <summary>Whether control may come to a slot from elsewhere than the one before it.</summary>
    internal bool IsTarget(int index) => _isTarget[index];

    /// <summary>Function that begins at a slot.</summary>
    internal int FunctionAt(int start) => _functionAt[start];

    internal bool TryGetReference(int index, out MapReference reference) => _references.TryGetValue(index, out reference);

    /// <summary>Whether a slot is the site of a probe or the arming site of one.</summary>
    internal bool IsSite(int index) => _sites.ContainsKey(index);

    internal void SetSite(int index, int site) => _sites[index] = site;

    /// <summary>Number that the writer gave a site; -1 when no code was made for it.</summary>
    internal int SiteAt(int index) => _sites[index];

    void AddSite(ProbeSiteSpec site)
    {
        _sites[site.Instruction] = -1;
        if (!site.IsLazy)
            return;
        _sites[site.ArmingInstruction] = -1;
        _isTarget[site.ArmedTarget] = true;
    }

    void FindTargets(VerifiedProgram program)
    {
        for (int i = 0; i < _slots.Length; i += program.Instructions[i].SlotCount)
        {
            Instruction instruction = program.Instructions[i];
            if (!program.Facts[i].IsDead && instruction.IsJump)
                _isTarget[instruction.JumpTarget(i)] = true;
        }
    }
}
