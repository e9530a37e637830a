// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Sdt;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;

namespace NopTap.Formats.Tests;

/// <summary>Declarations of probes in BTF (SPEC A.2, A.6, G 3 to 5, 8, 9, 11).</summary>
public sealed class SdtDeclarationTests
{
    static byte[] Declared(string tag, Func<BtfBuilder, int, int> type)
    {
        var plain = new ProbeObject { MoreTypes = (btf, number, _) => btf.DeclTag(tag, btf.Var("v", type(btf, number), 0)) };
        return plain.Build();
    }

    // Probe q is nowhere placed, p is.
    static void RefusedWherePlaced(DiagnosticDescriptor want, string tag, Func<BtfBuilder, int, int> type, string text = "")
    {
        Assert.DoesNotContain(Have.Accepted(Declared(tag, type)).Program("main").Probes, static probe => probe.Name == "q");
        string placed = tag.Replace(":q:", ":p:", StringComparison.Ordinal).Replace(":q", ":p", StringComparison.Ordinal);
        Have.Refused(want, new ProbeObject { Tag = null, MoreTypes = (btf, number, _) => btf.DeclTag(placed, btf.Var("v", type(btf, number), 0)) }.Build(), text);
    }

    static void RefusedParameter(DiagnosticDescriptor want, string tag, Func<BtfBuilder, int, int> parameter, string text = "") =>
        RefusedWherePlaced(want, tag, (btf, number) => btf.Pointer(btf.Proto(0, ("", parameter(btf, number)))), text);

    static byte[] WithParameter(string tag, Func<BtfBuilder, int, int> parameter) =>
        Declared(tag, (btf, number) => btf.Pointer(btf.Proto(0, ("", parameter(btf, number)))));

    [Theory]
    [InlineData("bpf_sdt:q")]
    [InlineData("bpf_sdt:q:")]
    [InlineData("bpf_sdt:q:-1")]
    [InlineData("bpf_sdt:q:one")]
    [InlineData("bpf_sdt:q:2")] // the prototype has one
    [InlineData("bpf_sdt:q:1:int a, int b")]
    public void AMalformedTagIsRefused(string tag) =>
        RefusedParameter(FormatDiagnostics.BadProbeDeclaration, tag, static (_, number) => number, tag.Replace(":q", ":p", StringComparison.Ordinal));

    [Fact]
    public void ATagOnSomethingElseIsRefused()
    {
        RefusedWherePlaced(FormatDiagnostics.BadProbeDeclaration, "bpf_sdt:q:1", static (_, number) => number);
        RefusedWherePlaced(FormatDiagnostics.BadProbeDeclaration, "bpf_sdt:q:1", static (btf, number) => btf.Pointer(number));
        Have.Refused(FormatDiagnostics.BadProbeDeclaration, new ProbeObject
        {
            Tag = null,
            MoreTypes = static (btf, number, _) => btf.DeclTag("bpf_sdt:p:0", btf.Struct("s", 4, ("m", number, 0))),
        }.Build());
    }

    [Fact]
    public void ATagWithANameThatNoProbeCanHaveDeclaresNothing()
    {
        Assert.Single(Have.Accepted(WithParameter("bpf_sdt::1", static (_, number) => number)).Program("main").Probes);
        Assert.Single(Have.Accepted(WithParameter($"bpf_sdt:{new string('x', 128)}:1", static (_, number) => number)).Program("main").Probes);
    }

    [Fact]
    public void ASixthParameterIsRefused() =>
        RefusedParameter(FormatDiagnostics.TooManyProbeArguments, "bpf_sdt:q:6", static (_, number) => number, "6 parameters");

    [Theory]
    [InlineData(16)]
    [InlineData(9)]
    public void ALargeParameterIsRefusedByItsType(uint size) => RefusedParameter(
        FormatDiagnostics.ProbeArgumentTooLarge, "bpf_sdt:q:1", (btf, number) => btf.Struct("big", size, ("m", number, 0)), "struct big");

    [Fact]
    [Trait("Spec", "G.4")]
    public void AParameterOfSixteenBytesIsTooLarge() =>
        RefusedParameter(FormatDiagnostics.ProbeArgumentTooLarge, "bpf_sdt:q:1", static (btf, _) => btf.Int("__int128", 16), "parameter 1 ('__int128') has 16 bytes");

    [Fact]
    public void OtherTypesAreRefused()
    {
        RefusedParameter(FormatDiagnostics.ProbeArgumentType, "bpf_sdt:q:1", static (btf, _) => btf.Float("float", 4), "'float'");
        RefusedParameter(FormatDiagnostics.ProbeArgumentType, "bpf_sdt:q:1", static (btf, number) => btf.Struct("s", 4, ("m", number, 0)), "struct s");
        RefusedParameter(FormatDiagnostics.ProbeArgumentType, "bpf_sdt:q:1", static (btf, _) => btf.Int("odd", 3), "'odd'");
        RefusedParameter(FormatDiagnostics.ProbeArgumentType, "bpf_sdt:q:1", static (_, _) => 0, "...");
    }

    [Fact]
    [Trait("Spec", "G.11")]
    public void OneNameWithTwoPrototypesIsRefused()
    {
        Have.Refused(FormatDiagnostics.ConflictingDeclaration, WithParameter("bpf_sdt:p:1", static (_, number) => number), "declared as");
    }

    [Fact]
    [Trait("Spec", "G.11")]
    public void TheSameDeclarationTwiceIsOne()
    {
        BpfObjectSpec spec = Have.Accepted(new ProbeObject
        {
            MoreTypes = static (btf, number, _) => btf.DeclTag("bpf_sdt:p:2", btf.Var("again", btf.Pointer(btf.Proto(0, ("", number), ("", number))), 0)),
        }.Build());
        Assert.Equal("p(int len, int ret)", Assert.Single(spec.Program("main").Probes).ToString());
    }

    [Fact]
    [Trait("Spec", "G.8")]
    public void ADeclaredProbeThatIsNowherePlacedHasNoSites()
    {
        BpfObjectSpec spec = Have.Accepted(WithParameter("bpf_sdt:q:1", static (_, number) => number));
        ProbeSpec probe = spec.Program("main").Probe("q");
        Assert.Empty(probe.Sites);
        Assert.Equal("q(int)", probe.ToString());
    }

    [Fact]
    public void ParametersKeepTypeWidthAndSign()
    {
        BpfObjectSpec spec = Have.Corpus("objects/sdt_args.bpf.o");
        ProgramSpec program = spec.Program("args");
        (string, ProbeArgumentKind, int, bool)[] want =
        [
            ("struct __sk_buff *", ProbeArgumentKind.Context, 8, false),
            ("const void *", ProbeArgumentKind.Pointer, 8, false),
            ("char", ProbeArgumentKind.Integer, 1, true),
            ("_Bool", ProbeArgumentKind.Integer, 1, false),
            ("__s64", ProbeArgumentKind.Integer, 8, true),
        ];
        Assert.Equal(want, program.Probe("five").Parameters.Select(static p => (p.TypeName, p.Kind, p.Size, p.IsSigned)));
        Assert.Equal("three(__s8, __s16, __s32)", program.Probe("three").ToString());
        Assert.Equal([1, 2, 4], program.Probe("three").Parameters.Select(static p => p.Size));
        Assert.All(program.Probe("three").Parameters, static p => Assert.True(p.IsSigned));
        Assert.Equal("two(int, enum colour)", program.Probe("two").ToString());
        Assert.True(program.Probe("two").Parameters[1].IsSigned);
        Assert.Equal("none()", program.Probe("none").ToString());
        Assert.Empty(program.Probe("never_placed").Sites);
        Assert.NotEqual(0, program.Probe("never_placed").PrototypeId);
    }

    [Fact]
    public void AHostsOwnContextIsTheParameterOfTheEntry()
    {
        var host = new ElfBuilder();
        int code = host.Section("host", ElfBuilder.Code((0xb7, 0, 0, 0), (0x95, 0, 0, 0)), ElfBuilder.Executable);
        host.Symbol("main", code, size: 16);
        var btf = new BtfBuilder();
        int number = btf.Int("int", 4);
        int context = btf.Pointer(btf.Struct("request", 4, ("id", number, 0)));
        int main = btf.Func("main", btf.Proto(number, ("ctx", context)));
        btf.DeclTag("bpf_sdt:p:2:struct request *r, int *n", btf.Var("v", btf.Pointer(btf.Proto(0, ("", context), ("", btf.Pointer(number)))), 0));
        uint section = btf.Strings.Add("host");
        host.Section(".BTF", btf.Build());
        host.Section(".BTF.ext", BtfExtTests.Ext(BtfExtTests.Table(8, section, ElfBuilder.Join(ElfBuilder.U32(0), ElfBuilder.U32((uint)main)))));
        ProgramSpec program = Have.Accepted(host.Build()).Program("main");
        Assert.Equal(ProgramType.Unspec, program.Type);
        Assert.Equal([ProbeArgumentKind.Context, ProbeArgumentKind.Pointer], program.Probe("p").Parameters.Select(static p => p.Kind));
    }

    [Theory]
    [InlineData("", new string?[0])]
    [InlineData("int len", new[] { "len" })]
    [InlineData("int len, int ret", new[] { "len", "ret" })]
    [InlineData("int, unsigned long", new string?[] { null, null })]
    [InlineData("u32", new string?[] { null })]
    [InlineData("const u32", new string?[] { null })]
    [InlineData("const u32 x", new[] { "x" })]
    [InlineData("struct xdp_md *", new string?[] { null })]
    [InlineData("struct xdp_md *ctx", new[] { "ctx" })]
    [InlineData("struct s", new string?[] { null })]
    [InlineData("enum e value", new[] { "value" })]
    [InlineData("char name[16]", new[] { "name" })]
    [InlineData("u8 *const p", new[] { "p" })]
    [InlineData("void (*cb)(int, long), int n", new[] { "cb", "n" })]
    [InlineData("void (*)(int, long)", new string?[] { null })]
    [InlineData("int (*rows)[4]", new[] { "rows" })]
    public void NamesAreTakenFromTheParameterList(string list, string?[] want) => Assert.Equal(want, ParameterList.Names(list));
}
