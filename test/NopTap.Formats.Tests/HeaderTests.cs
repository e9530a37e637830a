// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace NopTap.Formats.Tests;

/// <summary>include/bpf_sdt.h against every clang that is installed: what compiles, what does not, and what it leaves in the object.</summary>
public sealed class HeaderTests
{
    const string Declarations = """
        struct pair { long a, b; };
        typedef int number;
        enum colour { RED, GREEN };
        SDT_DECLARE(tick);
        SDT_DECLARE(verdict, int len, int ret);
        SDT_DECLARE(wide, __u64 value, const char *text);
        SDT_DECLARE(ctx, struct xdp_md *xdp, enum colour colour);
        SDT_DECLARE(big, struct pair pair);
        BPF_SDT_DECLARE(rfc0);
        BPF_SDT_DECLARE2(rfc2, int, struct xdp_md *);
        BPF_SDT_DECLARE5(rfc5, __u8, __u16, __u32, __u64, int);

        """;

    public static TheoryData<string, string> Refused => new()
    {
        // SPEC G.3
        { "SDT_PROBE(verdict, 1, 2, 3, 4, 5, 6);", "more than five arguments" },
        { "SDT_PROBE_EAGER(verdict, 1, 2, 3, 4, 5, 6, 7);", "more than five arguments" },
        // SPEC G.4
        { "struct pair pair = { 1, 2 }; SDT_PROBE(big, pair);", "argument 1 (pair) is too large" },
        // SPEC G.5
        { "long length = 1; SDT_PROBE(verdict, length, 2);", "argument 1 (length) has another type" },
        { "char ret = 1; SDT_PROBE_EAGER(verdict, 1, ret);", "argument 2 (ret) has another type" },
        { "void *pointer = xdp; SDT_PROBE(ctx, pointer, (enum colour)RED);", "argument 1 (pointer) has another type" },
        { "void *pointer = xdp; BPF_SDT_PROBE2(rfc2, 1, pointer);", "argument 2 (pointer) has another type" },
        // SPEC G.7
        { "BPF_SDT_PROBE(rfc0); BPF_SDT_PROBE(rfc0);", "'___sdt_jt_rfc0' is already defined" },
        // SPEC G.9
        { "BPF_SDT_PROBE(undeclared);", "'__sdt_nargs_undeclared'" },
        { "SDT_PROBE(undeclared);", "'__sdt_nargs_undeclared'" },
        { "SDT_PROBE(verdict, 1);", "probe 'verdict': 1 arguments given" },
        { "SDT_PROBE_EAGER(verdict);", "probe 'verdict': 0 arguments given" },
        { "BPF_SDT_PROBE1(rfc2, 1);", "probe 'rfc2': 1 arguments given" },
        { "SDT_PROBE(tick, 1);", "probe 'tick': 1 arguments given" },
    };

    public static TheoryData<string> RefusedDeclarations =>
    [
        "SDT_DECLARE(six, int a, int b, int c, int d, int e, int f);",
        "SDT_DECLARE(twice); SDT_DECLARE(twice, int a);",
    ];

    public static TheoryData<string> Accepted =>
    [
        "number n = 3; const int m = 4; SDT_PROBE(verdict, n, m);",
        "SDT_PROBE(verdict, RED, GREEN);",
        "volatile int n = 1; SDT_PROBE_EAGER(verdict, n, n + 1);",
        "const char *s = \"s\"; char many[4] = \"abc\"; SDT_PROBE(wide, 1ull, s); SDT_PROBE(wide, 2ull, (const char *)many);",
        "struct { int narrow : 3; int other : 5; } bits = { 1, 2 }; SDT_PROBE(verdict, bits.narrow, bits.other);",
        "SDT_PROBE(verdict, ({ int inner = 5; inner; }), ({ int inner = 6; inner + 1; }));",
        "if (xdp->data) SDT_PROBE(tick); else SDT_PROBE_EAGER(tick);",
        "for (int i = 0; i < 4; i++) { SDT_PROBE(verdict, i, 0); SDT_PROBE_EAGER(verdict, i, 1); }",
        "SDT_PROBE(rfc2, 1, xdp); SDT_PROBE_EAGER(rfc2, 1, xdp); BPF_SDT_PROBE2(rfc2, 1, xdp);",
        "BPF_SDT_PROBE0(rfc0); BPF_SDT_PROBE5(rfc5, (__u8)1, (__u16)2, 3u, 4ull, 5); BPF_SDT_PROBE2(verdict, 1, 2);",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    [Trait("Spec", "G.3")]
    [Trait("Spec", "G.4")]
    [Trait("Spec", "G.5")]
    [Trait("Spec", "G.7")]
    [Trait("Spec", "G.9")]
    public void AMistakeInAStatementDoesNotCompileAndTheMessageNamesIt(string statement, string message)
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            string said = HeaderCompiler.Messages(clang, Declarations + InProgram(statement));
            Assert.Contains("error:", said, StringComparison.Ordinal);
            Assert.Contains(message, said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(RefusedDeclarations))]
    public void AMistakeInADeclarationDoesNotCompile(string declaration)
    {
        foreach (string clang in HeaderCompiler.Clangs())
            Assert.Contains("error:", HeaderCompiler.Messages(clang, declaration), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    [Trait("Spec", "G.5")]
    public void RightStatementsCompileWithoutAWordForEveryInstructionSet(string statement)
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            foreach (string cpu in clang == "clang-19" ? new[] { "v1", "v3", "v4" } : ["v1", "v3"])
            {
                string said = HeaderCompiler.Messages(clang, Declarations + InProgram(statement), cpu);
                Assert.True(said.Length == 0, $"{clang} {cpu}: {said}");
            }
        }
    }

    [Fact]
    public void AnArgumentMayBeAVariableOfAnyName()
    {
        const string Body = "int __a0 = xdp->rx_queue_index; int value = 7; BPF_SDT_PROBE2(verdict, __a0, value);";
        foreach (string clang in HeaderCompiler.Clangs())
        {
            byte[] elf = HeaderCompiler.Object(clang, Declarations + InProgram(Body));
            byte[] code = HeaderCompiler.Section(elf, "xdp");
            byte[] note = HeaderCompiler.Section(elf, ".bpf_sdt_notes");
            int register = note[9] >> 4;
            int load = FindLoad(code, register);
            Assert.True(load >= 0, $"{clang}: no load of rx_queue_index into r{register} before the site");
        }
    }

    [Fact]
    public void TheSiteIsAJumpByNothingAndTheNoteSaysWhereAndInWhichRegisters()
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            byte[] elf = HeaderCompiler.Object(clang, Declarations + InProgram("BPF_SDT_PROBE2(rfc2, (int)xdp->data, xdp);"));
            byte[] code = HeaderCompiler.Section(elf, "xdp");
            byte[] note = HeaderCompiler.Section(elf, ".bpf_sdt_notes");
            Assert.Equal(24, note.Length);
            Assert.Equal(new byte[] { 5, 0, 0, 0, 0, 0, 0, 0 }, code[Offset(note, 0)..][..8]);
            Assert.Equal((0xbf, 1), (note[8], note[9] & 15));
            Assert.Equal((0xbf, 2), (note[16], note[17] & 15));
            Assert.Equal(["___sdt_jt_rfc2"], HeaderCompiler.Symbols(elf, "___sdt_"));
            Assert.Empty(HeaderCompiler.Section(elf, ".bpf_sdt_enabled"));
        }
    }

    [Theory]
    [InlineData("(__u8)200", "__u8", -56)]
    [InlineData("5", "int", 5)]
    [InlineData("-1", "int", -1)]
    [InlineData("0xffffffffu", "__u32", -1)]
    [InlineData("0x7fffffffull", "__u64", 0x7fffffff)]
    [InlineData("-2ll", "__s64", -2)]
    [InlineData("(void *)0", "void *", 0)]
    public void AConstantIsInTheNoteAndTakesNoInstruction(string constant, string type, int want)
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            byte[] elf = HeaderCompiler.Object(clang, $"SDT_DECLARE(p, {type} value);\n" + InProgram($"SDT_PROBE_EAGER(p, {constant});"));
            byte[] note = HeaderCompiler.Section(elf, ".bpf_sdt_notes");
            Assert.Equal((0xb7, 1), (note[8], note[9]));
            Assert.Equal(want, BinaryPrimitives.ReadInt32LittleEndian(note.AsSpan(12)));
            Assert.Equal(3 * 8, HeaderCompiler.Section(elf, "xdp").Length); // the site, r0 = 2, exit
        }
    }

    [Theory]
    [InlineData("0x123456789abcull")]
    [InlineData("0x80000000ull")]
    [InlineData("0xffffffff00000000ull")]
    public void AConstantThatANoteCannotHoldIsInARegister(string constant)
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            byte[] elf = HeaderCompiler.Object(clang, "SDT_DECLARE(p, __u64 value);\n" + InProgram($"SDT_PROBE_EAGER(p, {constant});"));
            Assert.Equal(0xbf, HeaderCompiler.Section(elf, ".bpf_sdt_notes")[8]);
        }
    }

    [Fact]
    public void ALazyProbeCostsOneBranchAndEvaluatesBehindItsLabel()
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            byte[] elf = HeaderCompiler.Object(clang, "SDT_DECLARE(p, __u64 time);\n" + InProgram("SDT_PROBE(p, clock());"));
            byte[] code = HeaderCompiler.Section(elf, "xdp");
            byte[] entry = HeaderCompiler.Section(elf, ".bpf_sdt_enabled");
            byte[] note = HeaderCompiler.Section(elf, ".bpf_sdt_notes");
            Assert.Equal(16, entry.Length);
            int arming = Offset(entry, 0), label = Offset(entry, 8), site = Offset(note, 0);
            Assert.Equal(new byte[] { 0x15, 0x0a }, code[arming..(arming + 2)]);
            Assert.Equal(label, arming + 8 + 8 * BinaryPrimitives.ReadInt16LittleEndian(code.AsSpan(arming + 2)));
            Assert.Equal(0x95, code[arming + 16]); // arming site, r0 = 2, exit: nothing else where nobody looks
            Assert.True(label > arming && site > label);
            Assert.Contains((byte)0x85, Opcodes(code[label..site])); // the helper call is behind the label
            Assert.Equal(new byte[] { 5, 0, 0, 0, 0, 0, 0, 0 }, code[site..(site + 8)]);
        }
    }

    [Fact]
    [Trait("Spec", "G.10")]
    public void OneNameMayHaveSitesInInlinedAndRepeatedCode()
    {
        const string Body = """
            SDT_DECLARE(p, int value);
            static __always_inline void twice(int value) { SDT_PROBE(p, value); SDT_PROBE_EAGER(p, value + 1); }
            static __noinline int sub(int value) { twice(value); return value; }
            SEC("xdp") int prog(struct xdp_md *xdp) { twice(xdp->data); twice(sub(xdp->data_end)); return 2; }
            """;
        foreach (string clang in HeaderCompiler.Clangs())
        {
            byte[] elf = HeaderCompiler.Object(clang, Body);
            List<string> sites = HeaderCompiler.Symbols(elf, "___sdt_jt_p.");
            List<string> arming = HeaderCompiler.Symbols(elf, "___sdt_en_p.");
            Assert.Equal((6, 3), (sites.Count, arming.Count));
            Assert.Equal(6, sites.Distinct().Count());
            Assert.Equal(6 * 16, HeaderCompiler.Section(elf, ".bpf_sdt_notes").Length);
            Assert.Equal(3 * 16, HeaderCompiler.Section(elf, ".bpf_sdt_enabled").Length);
        }
    }

    [Fact]
    public void TheTagCarriesTheParameterListAsWritten()
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            string btf = Encoding.Latin1.GetString(HeaderCompiler.Section(HeaderCompiler.Object(clang, Declarations + InProgram("")), ".BTF"));
            Assert.Contains("\0bpf_sdt:tick:0\0", btf, StringComparison.Ordinal);
            Assert.Contains("\0bpf_sdt:verdict:2:int len, int ret\0", btf, StringComparison.Ordinal);
            Assert.Contains("\0bpf_sdt:wide:2:__u64 value, const char *text\0", btf, StringComparison.Ordinal);
            Assert.Contains("\0bpf_sdt:rfc2:2\0", btf, StringComparison.Ordinal);
            Assert.Contains("\0__sdt_chk_rfc2_1\0", btf, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void DisabledStatementsLeaveNothingButAreStillChecked()
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            string Body(string statement) => "SDT_DECLARE(p, int a);\n" + InProgram(statement);
            byte[] elf = HeaderCompiler.Object(clang, Body("SDT_PROBE(p, 1); SDT_PROBE_EAGER(p, 2); BPF_SDT_PROBE1(p, 3);"), "v3", "-DBPF_SDT_DISABLE");
            Assert.Empty(HeaderCompiler.Section(elf, ".bpf_sdt_notes"));
            Assert.Empty(HeaderCompiler.Symbols(elf, "___sdt_"));
            string said = HeaderCompiler.Messages(clang, Body("SDT_PROBE(p, 1l);"), "v3", "-DBPF_SDT_DISABLE");
            Assert.Contains("argument 1 (1l) has another type", said, StringComparison.Ordinal);
        }
    }

    static string InProgram(string statement) => $$"""SEC("xdp") int prog(struct xdp_md *xdp) { (void)xdp; {{statement}} return 2; }""" + "\n";

    static int Offset(byte[] section, int at) => (int)BinaryPrimitives.ReadInt64LittleEndian(section.AsSpan(at));

    static IEnumerable<byte> Opcodes(byte[] code)
    {
        for (int at = 0; at < code.Length; at += 8)
            yield return code[at];
    }

    /// <summary>Slot that loads rx_queue_index (offset 16 of the context) into <paramref name="register"/>; -1 when none does.</summary>
    static int FindLoad(byte[] code, int register)
    {
        for (int at = 0; at < code.Length; at += 8)
        {
            if (code[at] == 0x61 && (code[at + 1] & 15) == register && code[at + 2] == 16)
                return at / 8;
        }

        return -1;
    }
}
