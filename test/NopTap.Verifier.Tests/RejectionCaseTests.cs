// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Cases;

namespace NopTap.Verifier.Tests;

/// <summary>
/// The whole text of each kind of rejection, in <c>test/corpus/verifier/rejections</c>: a file an id. Read them as somebody who sees nothing
/// else: can the program be fixed?
/// </summary>
/// <remarks>
/// A case names a program of an object (<c>-- object mistakes.bpf.o missing_null_check</c>) or has assembly (<c>-- asm</c>), for which
/// <c>-- with</c> changes the request: <c>type</c>, <c>licence</c>, <c>without PART</c>, <c>returns LOW HIGH</c>, <c>functions START+LENGTH…</c>,
/// <c>repeat N</c>, <c>steps N</c>, <c>flags MAP BITS</c>, <c>probe NAME KINDS at SLOT in REGISTERS [armed SLOT lands SLOT]</c>.
/// </remarks>
public sealed class RejectionCaseTests
{
    const string Folder = "verifier/rejections";

    public static TheoryData<string> Cases => [.. Corpus.Load(Folder, "object", "asm", "with", "text").Select(test => test.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void SaysWhatItSays(string name)
    {
        TestCase test = Corpus.Find(Folder, name);
        VerificationResult result = ProgramVerifier.Verify(Request(test));
        Assert.False(result.IsAccepted, "the program is accepted");
        Golden.CheckSection(test, "text", result.Explanation!.ToString());
        Assert.Equal(name.Split('/')[0], result.Rejection!.Id);
    }

    [Fact]
    public void EveryKindHasACase()
    {
        IEnumerable<string> kinds = typeof(VerifierDiagnostics).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((DiagnosticDescriptor)field.GetValue(null)!).Id);
        string[] cases = [.. Corpus.Load(Folder, "object", "asm", "with", "text").Select(test => test.Name.Split('/')[0]).Distinct()];
        string[] missing = [.. kinds.Except(cases)];
        Assert.True(
            missing.Length == 0,
            $"{string.Join(", ", missing)}: no case; write test/corpus/{Folder}/ID.case with '-- asm' or '-- object', bless its text by NOPTAP_BLESS=1, and read it: could you fix the program?");
        Assert.Empty(cases.Except(kinds));
    }

    static VerificationRequest Request(TestCase test)
    {
        if (test.Sections.TryGetValue("object", out CaseSection? section))
            return OfObject(section.Argument.Split(' '));
        string with = test["with"] ?? "";
        AssembledProgram assembled = test.Assembled;
        VerificationRequest request = Asm.Request(test["asm"]!);
        foreach (string line in with.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            request = Change(request, line.Split(' '));
        return request;
    }

    static VerificationRequest OfObject(string[] words)
    {
        BpfObjectSpec spec = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "verifier", words[0]));
        ProgramSpec program = spec.Programs.Single(program => program.Name == words[1]);
        return new VerificationRequest { Program = program, Maps = spec.Maps, Helpers = Asm.Helpers, Context = Layouts.Of(program.Type)! };
    }

    static VerificationRequest Change(VerificationRequest request, string[] words)
    {
        ProgramSpec program = request.Program;
        return words[0] switch
        {
            "type" => request with { Program = program with { Type = Enum.Parse<ProgramType>(words[1]) }, Context = Layouts.Of(Enum.Parse<ProgramType>(words[1]))! },
            "without" => words[1] == "context" ? request with { Context = null! } : request with { Program = program with { Functions = [program.Functions[0] with { BtfTypeId = -1 }] } },
            "licence" => request with { Program = program with { License = words[1] } },
            "returns" => request with { ReturnRange = (Number(words[1]), Number(words[2])) },
            "functions" => request with { Program = program with { Functions = [.. words.Skip(1).Select(Function)] } },
            "flags" => request with { Maps = request.Maps.SetItem(Number(words[1]), request.Maps[Number(words[1])] with { Flags = (uint)Number(words[2]) }) },
            "steps" => request with { Budget = new VerificationBudget { Steps = Number(words[1]) } },
            "repeat" => request with { Program = Repeat(program, Number(words[1])) },
            "probe" => request with { Program = program with { Probes = program.Probes.Add(Probe(words)) } },
            _ => throw new FormatException($"'{words[0]}' is no change of a request"),
        };
    }

    static FunctionSpec Function(string text, int index)
    {
        string[] parts = text.Split('+');
        return new FunctionSpec($"function{index}", Number(parts[0]), Number(parts[1]), false, 0);
    }

    static ProgramSpec Repeat(ProgramSpec program, int times)
    {
        ImmutableArray<Instruction> code = [.. Enumerable.Repeat(program.Instructions, times).SelectMany(part => part)];
        return program with { Instructions = code, Functions = [new FunctionSpec("main", 0, code.Length, false, 0)] };
    }

    // probe NAME KINDS at SLOT in REGISTERS [armed SLOT lands SLOT], lists by commas.
    static ProbeSpec Probe(string[] words)
    {
        ImmutableArray<ProbeParameter> parameters = [.. words[2].Split(',').Select(kind => kind switch { "int" => Asm.Int, "ctx" => Asm.Context, _ => Asm.Pointer })];
        ImmutableArray<ProbeArgumentSpec> arguments = [.. words[6].Split(',').Select(register => Asm.In((Register)Number(register[1..])))];
        ProbeSiteSpec site = words.Length > 7 ? new(Number(words[4]), arguments, Number(words[8]), Number(words[10])) : new(Number(words[4]), arguments);
        return Asm.Probe(words[1], parameters, site);
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
