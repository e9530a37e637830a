// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Linking;
using NopTap.Isa;

namespace NopTap.Formats.Sdt;

/// <summary>
/// Gives each program its probes. Before: programs are linked. After: each has every declared probe, with a site for each copy of a noted
/// instruction that it holds.
/// </summary>
sealed class ProbeBinder
{
    readonly LinkContext _context;
    readonly IReadOnlyList<ProbeDeclaration> _declarations;
    readonly Dictionary<CodeSection, SdtNote[]> _notes;
    readonly Dictionary<SdtNote, LazyRecord> _lazy;
    readonly Dictionary<string, ImmutableArray<ProbeSpec>> _unplaced = [];
    readonly Dictionary<(ProbeDeclaration Declaration, string Context), ImmutableArray<ProbeParameter>> _parameters = [];

    ProbeBinder(LinkContext context)
    {
        _context = context;
        ImmutableArray<SdtNote> notes = NoteReader.Read(context.File, context.Code);
        (_declarations, IReadOnlyDictionary<string, Diagnostic> faults) = DeclarationReader.Read(context.Btf, context.File.Name);
        CheckAgreement(notes, faults);
        _lazy = LazyReader.Read(context.File, context.Code, notes, context.Budget);
        _notes = notes.GroupBy(static n => n.Section).ToDictionary(static g => g.Key, static g => g.OrderBy(static n => n.Slot).ToArray());
    }

    public static ImmutableArray<ProgramSpec> Bind(LinkContext context, LinkedProgram[] linked)
    {
        var binder = new ProbeBinder(context);
        return [.. linked.Select(program => program.Program with { Probes = binder.ProbesOf(program) })];
    }

    void CheckAgreement(ImmutableArray<SdtNote> notes, IReadOnlyDictionary<string, Diagnostic> faults)
    {
        var declared = _declarations.ToDictionary(static d => d.Name);
        var counts = new Dictionary<string, int>();
        foreach (SdtNote note in notes)
        {
            DiagnosticPlace place = Fault.In(_context.File.Name, NoteReader.SectionName, note.Offset) with { Probe = note.Probe };
            int have = note.Arguments.Length;
            if (_context.Btf is null)
            {
                counts.TryAdd(note.Probe, have);
                if (counts[note.Probe] != have)
                    throw Fault.At(FormatDiagnostics.ProbeArityMismatch, place, $"one site has {have} arguments, another {counts[note.Probe]}", "use one name for one probe");
                continue;
            }

            if (faults.TryGetValue(note.Probe, out Diagnostic? fault))
                throw new BpfFormatException(fault);
            if (!declared.TryGetValue(note.Probe, out ProbeDeclaration? declaration))
                throw Fault.At(FormatDiagnostics.UndeclaredProbe, place, "the probe is placed and nowhere declared", $"declare it with SDT_DECLARE({note.Probe}, ...)");
            int want = declaration.Prototype.Parameters.Length;
            if (have != want)
                throw Fault.At(FormatDiagnostics.ProbeArityMismatch, place, $"the site has {have} arguments, the declaration {want}", "pass what is declared");
        }
    }

    ImmutableArray<ProbeSpec> ProbesOf(LinkedProgram linked)
    {
        Dictionary<string, List<ProbeSiteSpec>> sites = SitesOf(linked);
        string context = ContextTypes.NameFor(linked.Program) ?? "";
        if (sites.Count == 0)
        {
            if (!_unplaced.TryGetValue(context, out ImmutableArray<ProbeSpec> unplaced))
                _unplaced.Add(context, unplaced = [.. _declarations.Select(d => Declared(d, context, []))]);
            return unplaced;
        }

        _context.Budget.Charge(_declarations.Count, linked.Program.Name);
        var probes = ImmutableArray.CreateBuilder<ProbeSpec>();
        foreach (ProbeDeclaration declaration in _declarations)
            probes.Add(Declared(declaration, context, sites.TryGetValue(declaration.Name, out List<ProbeSiteSpec>? placed) ? placed : []));
        if (_context.Btf is null)
        {
            foreach ((string name, List<ProbeSiteSpec> placed) in sites)
                probes.Add(new ProbeSpec { Name = name, Parameters = Untyped(placed[0].Arguments.Length), Sites = [.. placed] });
        }

        return probes.ToImmutable();
    }

    Dictionary<string, List<ProbeSiteSpec>> SitesOf(LinkedProgram linked)
    {
        var sites = new Dictionary<string, List<ProbeSiteSpec>>();
        foreach (PlacedFunction placed in linked.Placed)
        {
            CodeFunction function = placed.Function;
            if (!_notes.TryGetValue(function.Section, out SdtNote[]? notes))
                continue;
            for (int i = FirstFrom(notes, function.Start); i < notes.Length && notes[i].Slot < function.End; i++)
            {
                SdtNote note = notes[i];
                int move = placed.Start - function.Start;
                var site = new ProbeSiteSpec(note.Slot + move, note.Arguments, Symbol: note.Symbol);
                if (_lazy.TryGetValue(note, out LazyRecord? lazy))
                    site = site with { ArmingInstruction = lazy.Arming + move, ArmedTarget = lazy.Target + move };
                if (!sites.TryGetValue(note.Probe, out List<ProbeSiteSpec>? list))
                    sites.Add(note.Probe, list = []);
                list.Add(site);
            }
        }

        return sites;
    }

    static int FirstFrom(SdtNote[] notes, int slot)
    {
        int low = 0;
        int high = notes.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (notes[middle].Slot < slot)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    ProbeSpec Declared(ProbeDeclaration declaration, string context, List<ProbeSiteSpec> sites)
    {
        if (!_parameters.TryGetValue((declaration, context), out ImmutableArray<ProbeParameter> parameters))
            _parameters.Add((declaration, context), parameters = ParametersOf(declaration, context));
        return new ProbeSpec
        {
            Name = declaration.Name,
            Parameters = parameters,
            PrototypeId = declaration.Prototype.Id,
            Sites = [.. sites.OrderBy(static s => s.Instruction)],
        };
    }

    ImmutableArray<ProbeParameter> ParametersOf(ProbeDeclaration declaration, string context)
    {
        BtfTypes btf = _context.Btf!;
        var parameters = ImmutableArray.CreateBuilder<ProbeParameter>();
        for (int i = 0; i < declaration.ParameterNames.Length; i++)
        {
            parameters.Add(ParameterTypes.Describe(btf, declaration.Prototype.Parameters[i].TypeId, declaration.ParameterNames[i], context));
        }

        return parameters.ToImmutable();
    }

    // Without types an argument is the 64 bits that its register holds.
    static ImmutableArray<ProbeParameter> Untyped(int count) =>
        [.. Enumerable.Repeat(new ProbeParameter(null, "u64", 0, ProbeArgumentKind.Untyped, 8, IsSigned: false), count)];
}
