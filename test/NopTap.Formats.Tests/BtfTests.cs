// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

public sealed class BtfTests
{
    static void Refused(DiagnosticDescriptor want, byte[] bytes, string text = "")
    {
        BpfFormatException thrown = Assert.Throws<BpfFormatException>(() => BtfTypes.Parse(bytes, "types"));
        Assert.Equal(want.Id, thrown.Diagnostic.Id);
        Assert.Contains(text, thrown.Message, StringComparison.Ordinal);
    }

    static void Refused(DiagnosticDescriptor want, Action<BtfBuilder> write, string text = "")
    {
        var btf = new BtfBuilder();
        write(btf);
        Refused(want, btf.Build(), text);
    }

    static BtfTypes Types(Action<BtfBuilder> write)
    {
        var btf = new BtfBuilder();
        write(btf);
        return BtfTypes.Parse(btf.Build(), "types");
    }

    [Theory]
    [InlineData(0, 0, "magic")]
    [InlineData(2, 9, "version 9")]
    [InlineData(4, 8, "header of 8")]
    [InlineData(5, 0xff, "header of")]
    [InlineData(9, 0xff, "types at offset")]
    [InlineData(13, 0xff, "types at offset")]
    [InlineData(17, 0xff, "strings at offset")]
    [InlineData(21, 0xff, "strings at offset")]
    public void ABadHeaderIsRefused(int at, byte value, string text)
    {
        var btf = new BtfBuilder();
        btf.Int("int", 4);
        byte[] bytes = btf.Build();
        bytes[at] = value;
        Refused(FormatDiagnostics.BadBtfHeader, bytes, text);
    }

    [Fact]
    public void AShortHeaderAndUnterminatedStringsAreRefused()
    {
        Refused(FormatDiagnostics.BadBtfHeader, new byte[23]);
        var btf = new BtfBuilder();
        btf.Int("int", 4);
        byte[] bytes = btf.Build();
        bytes[^1] = (byte)'x';
        Refused(FormatDiagnostics.BadBtfHeader, bytes, "NUL");
    }

    [Fact]
    public void MalformedTypesAreRefused()
    {
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(20, "", 0), "kind 20");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(0, "", 0), "kind 0");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(1, "int", 4), "ends inside");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(4, "s", 4, 3, false, new byte[12]), "3 entries");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(1, "int", 4, rest: U32(64)), "64 bits in 4 bytes");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(1, "int", 0, rest: U32(0)), "size 0");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Raw(6, "e", 9), "size 9");
        Refused(FormatDiagnostics.BadBtfType, static b => b.Func("f", b.Proto(0), 3), "linkage 3");
    }

    [Fact]
    public void AStringOutsideTheTableIsRefused() =>
        Refused(FormatDiagnostics.BadBtfString, static b => b.Raw(4, "s", 4, 1, false, Join(U32(5000), U32(0), U32(0))), "5000");

    [Fact]
    public void BadReferencesAreRefused()
    {
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Pointer(2), "type [2]");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Pointer(-1), "type [4294967295]");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Struct("s", 4, ("m", 9, 0)), "type [9]");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Array(b.Int("int", 4), 77, 1));
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Proto(5), "type [5]");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Proto(0, ("", 5)));
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Func("f", b.Int("int", 4)), "no BtfFuncProto");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Var("v", 9));
        Refused(FormatDiagnostics.BadBtfReference, static b => b.DataSec(".data", 4, (b.Int("int", 4), 0, 4)), "neither variable nor function");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.Pointer(b.Var("v", b.Int("int", 4))), "no type of a value");
        Refused(FormatDiagnostics.BadBtfReference, static b => b.DeclTag("t", 0), "cannot be tagged");
    }

    [Fact]
    public void CyclesAreRefused()
    {
        Refused(FormatDiagnostics.BtfCycle, static b => b.Typedef("t", 1));
        Refused(FormatDiagnostics.BtfCycle, static b => b.Const(b.Volatile(1)));
        Refused(FormatDiagnostics.BtfCycle, static b => b.Struct("s", 4, ("m", 1, 0)), "contains itself");
        Refused(FormatDiagnostics.BtfCycle, static b => b.Struct("s", 4, ("m", b.Array(1, 1, 3), 0)));
        Refused(FormatDiagnostics.BtfCycle, static b => b.Pointer(1));
        Refused(FormatDiagnostics.BtfCycle, static b => b.Pointer(b.Const(1)));
    }

    [Fact]
    public void AListNodeIsNoCycle()
    {
        // typedef struct node { node_t *next; } node_t;
        BtfTypes types = Types(static b =>
        {
            b.Typedef("node_t", 2);
            b.Struct("node", 8, ("next", 3, 0));
            b.Pointer(1);
        });
        Assert.Equal("node_t *", types.Print(3));
        Assert.Equal(8, types.SizeOf(1));
    }

    [Fact]
    public void HostileChainsNeitherOverflowNorRunAway()
    {
        BtfTypes deep = Types(static b =>
        {
            int type = b.Int("int", 4);
            for (int i = 0; i < 100_000; i++)
                type = b.Array(type, 1, 1000);
        });
        Assert.InRange(deep.SizeOf(100_001), uint.MaxValue, 4L * uint.MaxValue);
        Assert.NotEmpty(deep.Print(100_001));
        BtfTypes recursive = Types(static b =>
        {
            b.Pointer(2);
            b.Proto(0, ("a", 1), ("b", 1), ("c", 1));
        });
        Assert.InRange(recursive.Print(1).Length, 10, 10_000);
        BtfTypes returning = Types(static b =>
        {
            b.Pointer(2);
            b.Proto(1, ("a", 1));
        });
        Assert.Equal("...", returning.Print(1));
        Assert.Contains("...", recursive.Print(1), StringComparison.Ordinal);
    }

    static readonly (string Want, Func<BtfBuilder, int> Write)[] s_printed =
    [
        ("int", static b => b.Int("int", 4)),
        ("void *", static b => b.Pointer(0)),
        ("const void *", static b => b.Pointer(b.Const(0))),
        ("struct xdp_md *", static b => b.Pointer(b.Struct("xdp_md", 4))),
        ("union u", static b => b.Union("u", 4)),
        ("struct {...}", static b => b.Struct("", 4)),
        ("struct later *", static b => b.Pointer(b.Forward("later"))),
        ("union later *", static b => b.Pointer(b.Forward("later", true))),
        ("enum e", static b => b.Enum("e", 4, ("A", 1))),
        ("const volatile int", static b => b.Const(b.Volatile(b.Int("int", 4)))),
        ("int *const restrict", static b => b.Const(b.Restrict(b.Pointer(b.Int("int", 4))))),
        ("int **", static b => b.Pointer(b.Pointer(b.Int("int", 4)))),
        ("char[16]", static b => b.Array(b.Int("char", 1), b.Int("int", 4), 16)),
        ("char[2][3]", static b => b.Array(b.Array(b.Int("char", 1), 1, 3), 1, 2)),
        ("char (*)[16]", static b => b.Pointer(b.Array(b.Int("char", 1), 1, 16))),
        ("char *[4]", static b => b.Array(b.Pointer(b.Int("char", 1)), 2, 4)),
        ("int (*)(void)", static b => b.Pointer(b.Proto(b.Int("int", 4)))),
        ("void (*)(int, void *)", static b => b.Pointer(b.Proto(0, ("", b.Int("int", 4)), ("", b.Pointer(0))))),
        ("int (int a, ...)", static b => b.Proto(b.Int("int", 4), ("a", 1), ("", 0))),
        ("int (*(*)(int (*)(void)))[3]", static b =>
            {
                int number = b.Int("int", 4);
                int argument = b.Pointer(b.Proto(number));
                return b.Pointer(b.Proto(b.Pointer(b.Array(number, number, 3)), ("", argument)));
            }
       ),
        ("int run(void)", static b => b.Func("run", b.Proto(b.Int("int", 4)))),
        ("long counter", static b => b.Var("counter", b.Int("long", 8))),
        ("u32 *", static b => b.Pointer(b.Typedef("u32", b.Int("unsigned int", 4)))),
        ("int *", static b => b.Pointer(b.TypeTag("user", b.Int("int", 4)))),
        ("double", static b => b.Float("double", 8)),
    ];

    [Fact]
    public void TypesPrintAsC()
    {
        foreach ((string want, Func<BtfBuilder, int> write) in s_printed)
        {
            var btf = new BtfBuilder();
            int id = write(btf);
            Assert.Equal(want, BtfTypes.Parse(btf.Build(), "types").Print(id));
        }
    }

    [Theory]
    [InlineData("char name[16]", "name")]
    public void DeclarationsPrintAsC(string want, string name)
    {
        BtfTypes types = Types(static b => b.Array(b.Int("char", 1), 1, 16));
        Assert.Equal(want, types.Print(2, name));
        BtfTypes function = Types(static b => b.Pointer(b.Proto(b.Int("int", 4))));
        Assert.Equal("int (*cb)(void)", function.Print(3, "cb"));
    }

    [Theory]
    [InlineData("formats/types.bpf.o")]
    [InlineData("formats/types.clang16.v3.bpf.o")]
    public void EveryKindIsRead(string name)
    {
        BtfTypes types = Have.Corpus(name).Btf!;
        BtfStruct every = types.FindByName<BtfStruct>("every")!;
        Assert.Equal((112u, false), (every.Size, every.IsUnion));
        Assert.Equal("compare_fn", types.Print(every.Members.Single(static m => m.Name == "compare").TypeId));
        Assert.Equal("const volatile int *const restrict", types.Print(every.Members[0].TypeId));
        Assert.Equal((3, 29), (every.Members[4].BitFieldSize, every.Members[5].BitFieldSize));
        Assert.Equal(256u + 3, every.Members[5].BitOffset);
        BtfEnum wide = types.FindByName<BtfEnum>("wide")!;
        Assert.Equal((8, 0x100000000L), (wide.Size, wide.Values[1].Value));
        BtfEnum negative = types.FindByName<BtfEnum>("negative")!;
        Assert.Equal((4, true, -1L), (negative.Size, negative.IsSigned, negative.Values[0].Value));
        Assert.Equal(8, types.FindByName<BtfFloat>("double")!.Size);
        Assert.False(types.FindByName<BtfForward>("opaque")!.IsUnion);
        Assert.Contains(types.All, static t => t is BtfTypeTag { Name: "user" });
        Assert.Equal(["first", "second"], types.TagsOf(every.Id).Select(static t => t.Name));
        BtfFunc sum = types.FindByName<BtfFunc>("sum")!;
        Assert.Equal(BtfLinkage.Global, sum.Linkage);
        Assert.Equal(("arg:nonnull", 0), types.TagsOf(sum.Id).Select(static t => (t.Name, t.ComponentIndex)).Single());
        BtfDataSec bss = types.FindByName<BtfDataSec>(".bss")!;
        Assert.Contains(bss.Variables, v => types.TypeById(v.TypeId).Name == "every");
        Assert.Equal(2, bss.Variables.Select(static v => v.Offset).Distinct().Count());
        Assert.Equal(32, types.SizeOf(types.SkipModifiers(every.Members.Single(static m => m.Name == "anonymous").TypeId).Id));
        Assert.Equal(-1, types.SizeOf(0));
        Assert.Null(types.FindByName("no such"));
        Assert.Throws<ArgumentOutOfRangeException>(() => types.TypeById(types.Count));
    }
}
