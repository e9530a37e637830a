// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Elf;
using NopTap.Formats.Linking;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

public sealed class LinkingTests
{
    static readonly byte[] s_return = Code((0xb7, 0, 0, 0), (0x95, 0, 0, 0));

    public static TheoryData<string> Builds => [.. Directory.GetDirectories(Have.Path("objects")).Select(static d => Path.GetFileName(d)).Order()];

    // A main program whose first slot is given, and a subprogram in .text with two functions of two slots.
    static ElfBuilder WithSubprograms(byte[] main, out int program, out int text, out int textSymbol)
    {
        var elf = new ElfBuilder();
        program = elf.Section("xdp", main, Executable);
        text = elf.Section(".text", Join(s_return, s_return), Executable);
        elf.Symbol("main", program, size: (ulong)main.Length);
        elf.Symbol("one", text, 0, 16, LocalFunction);
        elf.Symbol("two", text, 16, 16);
        textSymbol = elf.SymbolOf(text);
        return elf;
    }

    [Theory]
    [InlineData(-1, "one")]
    [InlineData(1, "two")]
    public void ACallThroughTheSectionFindsItsFunction(int immediate, string want)
    {
        ElfBuilder elf = WithSubprograms(Join(Code((0x85, 0x10, 0, immediate)), s_return), out int program, out _, out int text);
        elf.Relocate(program, 0, 10, text);
        ProgramSpec main = Have.Accepted(elf.Build()).Program("main");
        Assert.Equal(["main", want], main.Functions.Select(static f => f.Name));
        Assert.Equal(3, main.Instructions[0].CallTarget(0));
        Assert.Equal(want == "two", main.Functions[1].IsGlobal);
    }

    [Fact]
    public void SubprogramsFollowInTheOrderInWhichTheyAreReached()
    {
        // main calls b, then a; b calls a: a is appended behind b, once.
        var elf = new ElfBuilder();
        int program = elf.Section("xdp", Join(Code((0x85, 0x10, 0, -1), (0x85, 0x10, 0, -1)), s_return), Executable);
        int text = elf.Section(".text", Join(s_return, Code((0x85, 0x10, 0, -3), (0x95, 0, 0, 0))), Executable);
        elf.Symbol("main", program, size: 32);
        int a = elf.Symbol("a", text, 0, 16);
        int b = elf.Symbol("b", text, 16, 16);
        elf.Relocate(program, 0, 10, b);
        elf.Relocate(program, 8, 10, a);
        ProgramSpec main = Have.Accepted(elf.Build()).Program("main");
        Assert.Equal([("main", 0), ("b", 4), ("a", 6)], main.Functions.Select(static f => (f.Name, f.Start)));
        Assert.Equal((4, 6, 6), (main.Instructions[0].CallTarget(0), main.Instructions[1].CallTarget(1), main.Instructions[4].CallTarget(4)));
    }

    [Fact]
    public void HiddenFunctionsAreNotGlobal()
    {
        var elf = new ElfBuilder();
        int program = elf.Section("xdp", Join(Code((0x85, 0x10, 0, -1)), s_return), Executable);
        int text = elf.Section(".text", s_return, Executable);
        elf.Symbol("main", program, size: 24);
        elf.Relocate(program, 0, 10, elf.Symbol("hidden", text, 0, 16, GlobalFunction, other: 2));
        Assert.False(Have.Accepted(elf.Build()).Program("main").Functions[1].IsGlobal);
    }

    [Fact]
    public void ALoneFunctionInTextIsAProgram()
    {
        var elf = new ElfBuilder();
        int text = elf.Section(".text", s_return, Executable);
        elf.Symbol("main", text, 0, 16);
        ProgramSpec program = Assert.Single(Have.Accepted(elf.Build()).Programs);
        Assert.Equal((ProgramType.Unspec, ".text"), (program.Type, program.SectionName));
    }

    [Fact]
    public void AFunctionWithoutSizeEndsAtTheNext()
    {
        var elf = new ElfBuilder();
        int program = elf.Section("xdp", Join(s_return, s_return, s_return), Executable);
        elf.Symbol("first", program);
        elf.Symbol("second", program, 16);
        Assert.Equal([2, 4], Have.Accepted(elf.Build()).Programs.Select(static p => p.Instructions.Length));
    }

    [Fact]
    public void BadCodeAndFunctionsAreRefused()
    {
        static byte[] With(byte[] code, ulong value, ulong size, string section = "xdp", byte info = GlobalFunction)
        {
            var elf = new ElfBuilder();
            elf.Symbol("main", elf.Section(section, code, Executable), value, size, info);
            return elf.Build();
        }

        Have.Refused(FormatDiagnostics.BadCodeSize, With(new byte[12], 0, 8));
        Have.Refused(FormatDiagnostics.BadFunction, With(s_return, 8, 16), "'main'");
        Have.Refused(FormatDiagnostics.BadFunction, With(s_return, 16, 0));
        Have.Refused(FormatDiagnostics.BadFunction, With(s_return, 4, 8));
        Have.Refused(FormatDiagnostics.BadFunction, With(s_return, 0, 12));
        Have.Refused(FormatDiagnostics.BadFunction, With(s_return, ulong.MaxValue - 7, 8));
        Have.Refused(FormatDiagnostics.BadFunction, With(Code((0x18, 0, 0, 0)), 0, 8), "64-bit load");
        Have.Refused(FormatDiagnostics.StaticProgram, With(s_return, 0, 16, info: LocalFunction), "static");
    }

    [Fact]
    public void TwoProgramsOfOneNameAreRefused()
    {
        var elf = new ElfBuilder();
        elf.Symbol("main", elf.Section("xdp", s_return, Executable), 0, 16);
        elf.Symbol("main", elf.Section("tc", s_return, Executable), 0, 16);
        Have.Refused(FormatDiagnostics.DuplicateProgram, elf.Build(), "program 'main'");
    }

    [Theory]
    [InlineData(0)] // the middle of 'one'
    [InlineData(3)] // behind the section
    [InlineData(-2)]
    [InlineData(int.MaxValue)]
    public void ACallToNoFunctionIsRefused(int immediate)
    {
        ElfBuilder elf = WithSubprograms(Join(Code((0x85, 0x10, 0, immediate)), s_return), out int program, out _, out int text);
        elf.Relocate(program, 0, 10, text);
        Have.Refused(FormatDiagnostics.BadCallTarget, elf.Build(), "no function begins");
    }

    [Fact]
    public void ACallOfAnEntryIsRefused()
    {
        ElfBuilder elf = WithSubprograms(Join(Code((0x85, 0x10, 0, -1)), s_return), out int program, out _, out _);
        Have.Refused(FormatDiagnostics.BadCallTarget, elf.Build(), "'main', which is an entry program");
        elf = WithSubprograms(Join(Code((0x85, 0x10, 0, -1)), s_return), out program, out _, out _);
        elf.Relocate(program, 0, 10, elf.SymbolOf(program));
        Have.Refused(FormatDiagnostics.BadCallTarget, elf.Build(), "entry program");
    }

    [Theory]
    [InlineData(0x18, 0x01, 10u)] // call relocation at a wide load
    [InlineData(0x85, 0x10, 2u)]
    [InlineData(0xb7, 0x01, 10u)]
    [InlineData(0x85, 0x10, 999u)]
    public void ARelocationThatDoesNotFitIsRefused(byte opcode, byte registers, uint type)
    {
        ElfBuilder elf = WithSubprograms(Join(Code((opcode, registers, 0, 0), (0, 0, 0, 0)), s_return), out int program, out _, out int text);
        elf.Relocate(program, 0, type, text);
        Have.Refused(FormatDiagnostics.RelocationMismatch, elf.Build(), $"0x{opcode:x2}");
    }

    [Theory]
    [InlineData(0x18, 0x11)] // a map by descriptor
    [InlineData(0x18, 0x61)]
    [InlineData(0x85, 0x20)] // a kernel function
    public void APseudoSourceWithoutRelocationIsRefused(byte opcode, byte registers)
    {
        ElfBuilder elf = WithSubprograms(Join(Code((opcode, registers, 0, 3), (0, 0, 0, 0)), s_return), out _, out _, out _);
        Have.Refused(FormatDiagnostics.RelocationMismatch, elf.Build(), "no relocation");
    }

    [Fact]
    public void ARelocationAgainstAnythingElseIsRefused()
    {
        ElfBuilder elf = WithSubprograms(Join(Code((0x18, 1, 0, 0), (0, 0, 0, 0)), s_return), out int program, out _, out _);
        elf.Relocate(program, 0, 1, elf.SymbolOf(elf.Section("other", new byte[8])));
        Have.Refused(FormatDiagnostics.UnknownRelocationTarget, elf.Build(), "section 'other'");
        elf = WithSubprograms(Join(Code((0x85, 0x10, 0, -1)), s_return), out program, out _, out _);
        elf.Relocate(program, 0, 10, elf.Symbol("datum", elf.Section(".data", new byte[8], Writable), info: GlobalObject));
        Have.Refused(FormatDiagnostics.UnknownRelocationTarget, elf.Build(), "'datum'");
        elf = WithSubprograms(Join(Code((0x18, 1, 0, 4), (0, 0, 0, 0)), s_return), out program, out _, out int text);
        elf.Relocate(program, 0, 1, text);
        Have.Refused(FormatDiagnostics.UnknownRelocationTarget, elf.Build(), "begin at an instruction");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-1)]
    public void AnAddressOutsideItsDataIsRefused(int offset)
    {
        ElfBuilder elf = WithSubprograms(Join(Code((0x18, 1, 0, offset), (0, 0, 0, 0)), s_return), out int program, out _, out _);
        elf.Relocate(program, 0, 1, elf.SymbolOf(elf.Section(".data", new byte[8], Writable)));
        Have.Refused(FormatDiagnostics.BadRelocation, elf.Build(), $"offset {offset}");
    }

    [Fact]
    public void ExternsRefuseNothingWhileAnObjectIsRead()
    {
        Assert.Equal([("bpf_prog_active", "variable"), ("bpf_rcu_read_lock", "function")],
            Have.Corpus("objects/clang-19-v2/externs.bpf.o").Programs.SelectMany(static p => p.Missing.Select(missing => (missing.Name, p.Name))).Order());
        static byte[] With(string name, byte[] instruction, uint type, byte info = GlobalUndefined, string? section = ".ksyms")
        {
            ElfBuilder elf = WithSubprograms(Join(instruction, s_return), out int program, out _, out _);
            elf.Relocate(program, 0, type, elf.Symbol(name, 0, info: info));
            var btf = new BtfBuilder();
            int number = btf.Int("int", 4);
            int function = btf.Func("kfunc", btf.Proto(number), 2);
            int variable = btf.Var("kvar", number, 2);
            if (section is not null)
                btf.DataSec(section, 4, (function, 0, 0), (variable, 0, 4));
            elf.Section(".BTF", btf.Build());
            return elf.Build();
        }

        byte[] call = Code((0x85, 0x10, 0, -1));
        byte[] load = Code((0x18, 1, 0, 0), (0, 0, 0, 0));
        Missing(FormatDiagnostics.KernelSymbolUsed, With("kfunc", call, 10), "'kfunc'");
        Missing(FormatDiagnostics.KernelSymbolUsed, With("kfunc", call, 10, WeakUndefined), "bpf_ksym_exists(kfunc)");
        Missing(FormatDiagnostics.KernelSymbolUsed, With("kvar", load, 1), "'kvar'");
        Missing(FormatDiagnostics.KconfigUsed, With("kvar", load, 1, section: ".kconfig"), "'kvar'");
        Missing(FormatDiagnostics.UndefinedSymbol, With("kvar", load, 1, section: null), "'kvar'");
        Missing(FormatDiagnostics.UndefinedSymbol, With("nowhere", call, 10), "'nowhere'");
        Missing(FormatDiagnostics.UndefinedSymbol, With("nowhere", call, 10, WeakUndefined), "'nowhere'");
        Have.Refused(FormatDiagnostics.RelocationMismatch, With("kvar", call, 10, section: ".kconfig"), "'kvar' is called");
        static void Missing(DiagnosticDescriptor want, byte[] bytes, string text)
        {
            MissingReference missing = Assert.Single(Have.Accepted(bytes).Program("main").Missing);
            Assert.Equal((0, want.Id), (missing.Instruction, missing.Reason.Id));
            Assert.Contains(text, missing.Reason.ToString(), StringComparison.Ordinal);
        }

        BpfObjectSpec weak = Have.Accepted(With("kvar", load, 1, WeakUndefined));
        Assert.Equal(new ExternSpec("kvar", ExternKind.KernelVariable, 4, true), Assert.Single(weak.Externs));
        Assert.Equal(new Instruction(0x18, 1, 0, 0), weak.Program("main").Instructions[0]);
    }

    [Fact]
    public void WeakKernelSymbolsAreAbsent()
    {
        BpfObjectSpec spec = Have.Corpus("formats/types.bpf.o");
        Assert.Equal([("absent_variable", ExternKind.KernelVariable), ("bpf_absent", ExternKind.KernelFunction)],
            spec.Externs.Select(static e => (e.Name, e.Kind)).Order());
        ProgramSpec weak = spec.Program("weak");
        Assert.All(weak.Instructions.Where(static i => i.IsWideLoad), static i => Assert.Equal((0, 0), (i.Immediate, i.Registers >> 4)));
        Instruction call = Assert.Single(weak.Instructions, static i => i.IsCall);
        Assert.Equal((PseudoSource.KfuncCall, 0), ((byte)call.Source, call.Immediate));
    }

    [Fact]
    public void AnObjectThatGrowsBeyondReasonIsRefused()
    {
        // 2,000 entries that each call one subprogram of 4,000 slots: a file of 100 kB that would become 64 MB.
        var elf = new ElfBuilder();
        byte[] entry = Code((0x85, 0x10, 0, -1), (0x95, 0, 0, 0));
        int program = elf.Section("xdp", [.. Enumerable.Repeat(entry, 2000).SelectMany(static e => e)], Executable);
        int text = elf.Section(".text", new byte[4000 * 8], Executable);
        int large = elf.Symbol("large", text, 0, 4000 * 8);
        for (uint i = 0; i < 2000; i++)
        {
            elf.Symbol($"p{i}", program, i * 16, 16);
            elf.Relocate(program, i * 16, 10, large);
        }

        Have.Refused(FormatDiagnostics.ObjectTooLarge, elf.Build(), $"{ReadLimits.Default.Instructions}");
        var huge = new ElfBuilder();
        huge.Symbol("main", huge.Section("xdp", new byte[8 * (LoadBudget.MaxProgramSlots + 1)], Executable), 0, 8UL * (LoadBudget.MaxProgramSlots + 1));
        Have.Refused(FormatDiagnostics.ObjectTooLarge, huge.Build(), $"{LoadBudget.MaxProgramSlots + 1} instruction slots");
    }

    [Fact]
    public void ALongChainOfCallsDoesNotOverflowTheStack()
    {
        const int Count = 50_000;
        var elf = new ElfBuilder();
        int program = elf.Section("xdp", Code((0x85, 0x10, 0, -1), (0x95, 0, 0, 0)), Executable);
        int text = elf.Section(".text", [.. Enumerable.Repeat(Code((0x85, 0x10, 0, 0)), Count - 1).SelectMany(static c => c), .. Code((0x95, 0, 0, 0))], Executable);
        elf.Symbol("main", program, 0, 16);
        for (uint i = 0; i < Count; i++)
            elf.Symbol("f", text, i * 8, 8, LocalFunction);
        elf.Relocate(program, 0, 10, elf.SymbolOf(text));
        Assert.Equal(Count + 1, Have.Accepted(elf.Build()).Program("main").Functions.Length);
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void SubprogramsOfRealObjectsAreLinked(string build)
    {
        BpfObjectSpec spec = Have.Corpus($"objects/{build}/subprograms.bpf.o");
        Assert.Equal(["nested", "middle", "leaf", "global_sum"], spec.Program("nested").Functions.Select(static f => f.Name));
        Assert.Equal(["shared", "leaf"], spec.Program("shared").Functions.Select(static f => f.Name));
        Assert.Equal(["looping", "add_index"], spec.Program("looping").Functions.Select(static f => f.Name));
        Assert.Equal(["for_each", "add_cell", "add_index", "global_clear"], spec.Program("for_each").Functions.Select(static f => f.Name));
        Assert.Equal([false, false, false, true], spec.Program("nested").Functions.Select(static f => f.IsGlobal));
        ProgramSpec looping = spec.Program("looping");
        int callback = looping.Instructions.ToList().FindIndex(static i => i.IsFunctionReference);
        Assert.Equal(looping.Functions[1].Start, looping.Instructions[callback].CallTarget(callback));
        Assert.Equal("int (int, int, int, int, int)", PrototypeOf(spec.Program("nested").Functions[3], spec));
    }

    static string PrototypeOf(FunctionSpec function, BpfObjectSpec spec)
    {
        var prototype = (Btf.BtfFuncProto)spec.Btf!.TypeById(((Btf.BtfFunc)spec.Btf.TypeById(function.BtfTypeId)).TypeId);
        return $"{spec.Btf.Print(prototype.ReturnTypeId)} ({string.Join(", ", prototype.Parameters.Select(p => spec.Btf.Print(p.TypeId)))})";
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void GlobalDataOfRealObjectsIsLinked(string build)
    {
        BpfObjectSpec spec = Have.Corpus($"objects/{build}/globals.bpf.o");
        Assert.Equal("GPL", spec.License);
        Assert.Equal([("sum", "socket"), ("look_up", "socket"), ("print", "xdp"), ("text", "xdp.frags"), ("format", "xdp.frags")],
            spec.Programs.OrderBy(static p => p.SectionName == "socket" ? 0 : p.SectionName == "xdp" ? 1 : 2).Select(static p => (p.Name, p.SectionName)));
        ProgramSpec sum = spec.Program("sum");
        string[] used = [.. sum.References.Select(r => spec.Maps[r.MapIndex].Name).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal([".bss", ".data", ".data.custom", ".rodata", ".rodata.custom"], used);
        Assert.All(sum.References, r => Assert.True(r.IsValue && r.Offset < spec.Maps[r.MapIndex].ValueSize));
        Assert.True(spec.Program("text").HasFrags);
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void InstructionsAreTheFilesApartFromRelocatedFields(string build)
    {
        foreach (string path in Directory.GetFiles(Have.Path($"objects/{build}"), "*.bpf.o"))
        {
            if (!BpfObjectSpec.TryLoad(path, out BpfObjectSpec? spec, out _))
                continue;
            ObjectCode code = ObjectCode.Read(ElfFile.Read(File.ReadAllBytes(path), path));
            foreach (ProgramSpec program in spec.Programs)
            {
                CodeFunction entry = code.Entries.Single(e => e.Name == program.Name);
                for (int slot = 0; slot < entry.Length; slot++)
                    CompareSlot(entry.Section.Slots[entry.Start + slot], program, slot);
            }
        }
    }

    static void CompareSlot(Instruction want, ProgramSpec program, int slot)
    {
        Instruction have = program.Instructions[slot];
        bool isReference = program.References.Any(r => slot == r.Instruction || slot == r.Instruction + 1) || have.IsFunctionReference || have.IsProgramCall
            || program.Missing.Any(missing => missing.Instruction == slot);
        if (!isReference)
        {
            Assert.Equal(want, have);
            return;
        }

        Assert.Equal((want.Opcode, want.Destination, want.Offset), (have.Opcode, have.Destination, have.Offset));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void LinesCoverEveryProgramOfRealObjects(string build)
    {
        foreach (ProgramSpec program in Have.Corpus($"objects/{build}/subprograms.bpf.o").Programs)
        {
            Assert.Equal(program.Lines.Select(static l => l.Instruction).Order().Distinct(), program.Lines.Select(static l => l.Instruction));
            foreach (FunctionSpec function in program.Functions)
            {
                LineInfo line = program.LineAt(function.Start)!;
                Assert.EndsWith("subprograms.bpf.c", line.File, StringComparison.Ordinal);
                Assert.True(line.Instruction == function.Start, $"{program.Name}: {function.Name} has no line at its start");
            }
        }
    }
}
