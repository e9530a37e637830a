// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Tests.Building;
using NopTap.Isa;

namespace NopTap.Formats.Tests;

/// <summary>Notes and lazy records, spoilt one way at a time (SPEC G 7, 9, 12 to 15).</summary>
public sealed class SdtNoteTests
{
    [Fact]
    public void AWellFormedNoteIsASite()
    {
        ProbeSpec probe = Have.Accepted(new ProbeObject().Build()).Program("main").Probe("p");
        Assert.Equal("p(int len, int ret)", probe.ToString());
        ProbeSiteSpec site = Assert.Single(probe.Sites);
        Assert.Equal((5, 2, 5, "___sdt_jt_p.3"), (site.Instruction, site.ArmingInstruction, site.ArmedTarget, site.Symbol));
        Assert.True(site.IsLazy);
        Assert.Equal([new ProbeArgumentSpec(Register.R1, false, 0), new ProbeArgumentSpec(default, true, -9)], site.Arguments);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(23)]
    [InlineData(24)]
    [Trait("Spec", "G.13")]
    public void ANoteShorterThanItsAddressIsTruncated(int cut) =>
        Have.Refused(FormatDiagnostics.TruncatedNote, new ProbeObject { Cut = cut }.Build(), "probe 'p'");

    [Fact]
    public void ASecondNoteCutAwayIsTruncated() =>
        Have.Refused(FormatDiagnostics.TruncatedNote, new ProbeObject { Second = ("___sdt_jt_q", ProbeObject.Site), Cut = 24 }.Build(), "probe 'q'");

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [Trait("Spec", "G.13")]
    public void ANoteOfOddSizeIsRefused(int tail) =>
        Have.Refused(FormatDiagnostics.MisalignedNote, new ProbeObject { Tail = new byte[tail] }.Build(), $"{24 + tail} bytes");

    [Fact]
    [Trait("Spec", "G.3")]
    [Trait("Spec", "G.13")]
    public void ASixthMoveIsRefused()
    {
        var six = new ProbeObject();
        six.Moves.Clear();
        for (byte n = 1; n <= 6; n++)
            six.Moves.Add((0xbf, (byte)(0x10 | n), 0, 0));
        Have.Refused(FormatDiagnostics.TooManyProbeArguments, six.Build(), "6 arguments");
    }

    [Theory]
    [InlineData(0xbc, 0x11, 0, 0)] // a 32-bit move
    [InlineData(0x0f, 0x11, 0, 0)]
    [InlineData(0x00, 0x00, 0, 0)]
    [Trait("Spec", "G.14")]
    public void AWordThatIsNoMoveIsRefused(byte opcode, byte registers, short offset, int immediate) =>
        Have.Refused(FormatDiagnostics.BadNoteMove, WithMove(opcode, registers, offset, immediate));

    [Theory]
    [InlineData(0xa1)]
    [InlineData(0xb1)]
    [InlineData(0xf1)]
    [Trait("Spec", "G.14")]
    public void ARegisterAboveNineIsRefused(byte registers) =>
        Have.Refused(FormatDiagnostics.BadNoteRegister, WithMove(0xbf, registers, 0, 0), $"register {registers >> 4}");

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x12)]
    public void AWrongOrdinalIsRefused(byte registers) =>
        Have.Refused(FormatDiagnostics.BadNoteOrdinal, WithMove(0xbf, registers, 0, 0), "argument 1");

    [Theory]
    [InlineData(0xbf, 0x11, 8, 0)] // a sign-extending move
    [InlineData(0xbf, 0x11, 0, 1)]
    [InlineData(0xb7, 0x21, 0, 5)]
    [InlineData(0xb7, 0x01, 1, 5)]
    public void BitsWhereZeroMustBeAreRefused(byte opcode, byte registers, short offset, int immediate) =>
        Have.Refused(FormatDiagnostics.BadNoteField, WithMove(opcode, registers, offset, immediate));

    static byte[] WithMove(byte opcode, byte registers, short offset, int immediate)
    {
        var spoilt = new ProbeObject();
        spoilt.Moves[0] = (opcode, registers, offset, immediate);
        return spoilt.Build();
    }

    [Fact]
    [Trait("Spec", "G.15")]
    public void AnAddressWithoutRelocationIsRefused()
    {
        Have.Refused(FormatDiagnostics.MissingNoteRelocation, new ProbeObject { HasRelocation = false }.Build());
        Have.Refused(FormatDiagnostics.MissingNoteRelocation, new ProbeObject { RelocationType = 3 }.Build());
    }

    [Theory]
    [InlineData(7 * 8)] // the end of the section
    [InlineData(5 * 8 + 4)]
    [InlineData(ulong.MaxValue)]
    [Trait("Spec", "G.15")]
    public void AnAddressOutsideCodeIsRefused(ulong address) =>
        Have.Refused(FormatDiagnostics.NoteOutsideCode, new ProbeObject { Address = address }.Build(), "section 'xdp'");

    [Fact]
    public void AnAddressInDataOrBetweenFunctionsIsRefused()
    {
        Have.Refused(FormatDiagnostics.NoteOutsideCode, new ProbeObject { RelocateAgainstData = true, Address = 0 }.Build(), "section '.data'");
        Have.Refused(FormatDiagnostics.NoteOutsideCode, new ProbeObject { CodeSize = 5 * 8 }.Build());
    }

    [Fact]
    [Trait("Spec", "G.18")]
    public void AnAddressInTheMiddleOfAWideLoadIsRefused()
    {
        byte[] code = ElfBuilder.Code((0x18, 1, 0, 0), (0x05, 0, 0, 0), (0xb7, 0, 0, 0), (0x95, 0, 0, 0));
        var spoilt = new ProbeObject { Code = code, CodeSize = 32, Address = 8 };
        spoilt.Lazy.Clear();
        Have.Refused(FormatDiagnostics.NoteOutsideCode, spoilt.Build());
    }

    [Theory]
    [InlineData(0 * 8, 0xb7)]
    [InlineData(6 * 8, 0x05)] // a goto with a distance
    [Trait("Spec", "G.15")]
    public void ASiteThatIsNoNopIsRefused(ulong address, int opcode) =>
        Have.Refused(FormatDiagnostics.SiteNotNop, new ProbeObject { Address = address }.Build(), $"0x{opcode:x2}");

    [Theory]
    [InlineData("___sdt_jt_", "empty")]
    [InlineData("___sdt_jt_.1", "empty")]
    [InlineData("___sdt_jt_9lives", "identifier")]
    [InlineData("___sdt_jt_a-b", "identifier")]
    [InlineData("___sdt_jt_größe", "identifier")]
    [Trait("Spec", "G.12")]
    public void ABadNameIsRefused(string symbol, string text) =>
        Have.Refused(FormatDiagnostics.BadProbeName, new ProbeObject { Symbol = symbol }.Build(), text);

    [Fact]
    [Trait("Spec", "G.12")]
    public void ANameMayHave127Characters()
    {
        string longest = new('n', 127);
        var fits = new ProbeObject { Symbol = "___sdt_jt_" + longest + ".1", Tag = $"bpf_sdt:{longest}:2" };
        fits.Lazy.Clear();
        Assert.Single(Have.Accepted(fits.Build()).Program("main").Probe(longest).Sites);
        Have.Refused(FormatDiagnostics.BadProbeName, new ProbeObject { Symbol = "___sdt_jt_" + longest + "n" }.Build(), "128 characters");
    }

    [Fact]
    [Trait("Spec", "G.7")]
    public void OneSymbolOrOneSiteTwiceIsRefused()
    {
        Have.Refused(FormatDiagnostics.DuplicateSite, new ProbeObject { Second = ("___sdt_jt_p.3", ProbeObject.Site) }.Build(), "two entries");
        Have.Refused(FormatDiagnostics.DuplicateSite, new ProbeObject { Second = ("___sdt_jt_p.4", ProbeObject.Site) }.Build(), "is a site already");
    }

    [Fact]
    public void BytesWithoutSymbolAreRefused()
    {
        Have.Refused(FormatDiagnostics.NoteWithoutSymbol, new ProbeObject { Lead = new byte[8] }.Build());
        Have.Refused(FormatDiagnostics.NoteWithoutSymbol, new ProbeObject { Symbol = "other" }.Build());
    }

    [Fact]
    [Trait("Spec", "G.9")]
    public void APlacedProbeWithoutDeclarationIsRefusedWhereThereAreTypes()
    {
        Diagnostic diagnostic = Have.Refused(FormatDiagnostics.UndeclaredProbe, new ProbeObject { Tag = null }.Build());
        Assert.Equal("p", diagnostic.Place.Probe);
        var none = new ProbeObject { Tag = null };
        none.Moves.Clear();
        Have.Refused(FormatDiagnostics.UndeclaredProbe, none.Build());
    }

    [Fact]
    public void AnObjectWithoutTypesHasProbesOfPlainWords()
    {
        ProbeSpec probe = Have.Accepted(new ProbeObject { HasBtf = false }.Build()).Program("main").Probe("p");
        Assert.Equal("p(u64, u64)", probe.ToString());
        Assert.Equal(0, probe.PrototypeId);
        Assert.All(probe.Parameters, static p => Assert.Equal((ProbeArgumentKind.Untyped, 8, false), (p.Kind, p.Size, p.IsSigned)));
    }

    [Fact]
    [Trait("Spec", "G.9")]
    public void NoteAndDeclarationMustAgree()
    {
        var fewer = new ProbeObject();
        fewer.Moves.RemoveAt(1);
        Have.Refused(FormatDiagnostics.ProbeArityMismatch, fewer.Build(), "the site has 1 arguments, the declaration 2");
    }

    [Fact]
    public void SitesWithoutTypesMustAgreeAmongThemselves()
    {
        var code = ElfBuilder.Code((0x05, 0, 0, 0), (0x05, 0, 0, 0), (0xb7, 0, 0, 0), (0x95, 0, 0, 0));
        var mixed = new ProbeObject { HasBtf = false, Code = code, CodeSize = 32, Address = 0, Second = ("___sdt_jt_p.9", 8), Cut = 8 };
        mixed.Lazy.Clear();
        Have.Refused(FormatDiagnostics.ProbeArityMismatch, mixed.Build(), "one site has 1 arguments, another 2");
    }

    public static TheoryData<string, int, ulong, ulong, string> BadLazy => new()
    {
        { "short", 8, ProbeObject.Arming, ProbeObject.Site, "8 bytes" },
        { "long", 24, ProbeObject.Arming, ProbeObject.Site, "24 bytes" },
        { "arming is no NOP", 16, 0, ProbeObject.Site, "slot 0" },
        { "branch and record disagree", 16, ProbeObject.Arming, 3 * 8, "slot 3" },
    };

    [Theory]
    [MemberData(nameof(BadLazy))]
    public void ABadLazyRecordIsRefused(string what, int size, ulong arming, ulong target, string text)
    {
        Assert.NotEmpty(what);
        var spoilt = new ProbeObject();
        spoilt.Lazy[0] = ("___sdt_en_p.2", ElfBuilder.Join(ElfBuilder.U64(arming), ElfBuilder.U64(target), new byte[8])[..size], true);
        Have.Refused(FormatDiagnostics.BadLazyRecord, spoilt.Build(), text);
    }

    [Fact]
    public void ALazyRecordNeedsRelocations()
    {
        var spoilt = new ProbeObject();
        spoilt.Lazy[0] = spoilt.Lazy[0] with { Relocated = false };
        Have.Refused(FormatDiagnostics.MissingNoteRelocation, spoilt.Build());
    }

    [Fact]
    public void ALazyRecordMustLeadToASiteOfItsName()
    {
        var other = new ProbeObject();
        other.Lazy[0] = other.Lazy[0] with { Symbol = "___sdt_en_q.2" };
        Have.Refused(FormatDiagnostics.LazyRecordWithoutSite, other.Build(), "'q'");
        var behind = new ProbeObject
        {
            // The branch leads to slot 6, and the site stands before it.
            Code = ElfBuilder.Code((0xb7, 1, 0, 1), (0xb7, 2, 0, 2), (0x15, 0x0a, 3, 0), (0xb7, 0, 0, 0), (0x95, 0, 0, 0), (0x05, 0, 0, 0), (0x05, 0, -4, 0)),
        };
        behind.Lazy[0] = ("___sdt_en_p.2", ElfBuilder.Join(ElfBuilder.U64(ProbeObject.Arming), ElfBuilder.U64(6 * 8)), true);
        Have.Refused(FormatDiagnostics.LazyRecordWithoutSite, behind.Build(), "slot 6");
    }

    [Fact]
    public void TwoLazyRecordsMustNotShareAnArmingInstructionOrASite()
    {
        var same = new ProbeObject();
        same.Lazy.Add(same.Lazy[0] with { Symbol = "___sdt_en_p.9" });
        Have.Refused(FormatDiagnostics.DuplicateSite, same.Build(), "arms a probe already");
        var shared = new ProbeObject
        {
            Code = ElfBuilder.Code((0x15, 0x0a, 4, 0), (0xb7, 2, 0, 2), (0x15, 0x0a, 2, 0), (0xb7, 0, 0, 0), (0x95, 0, 0, 0), (0x05, 0, 0, 0), (0x05, 0, -4, 0)),
        };
        shared.Lazy.Add(("___sdt_en_p.9", ElfBuilder.Join(ElfBuilder.U64(0), ElfBuilder.U64(ProbeObject.Site)), true));
        Have.Refused(FormatDiagnostics.BadLazyRecord, shared.Build(), "so does");
    }

    [Fact]
    public void ALazyProbeInsideTheArgumentOfAnotherKeepsItsOwnSite()
    {
        // 0 arms the outer probe at 2; its evaluation arms the inner one, of the same name, at 3, whose site is 6; the outer site is 4.
        var nested = new ProbeObject
        {
            Code = ElfBuilder.Code((0x15, 0x0a, 1, 0), (0x95, 0, 0, 0), (0xb7, 1, 0, 1), (0x15, 0x0a, 2, 0), (0x05, 0, 0, 0), (0x05, 0, -5, 0), (0x05, 0, 0, 0), (0x05, 0, -4, 0)),
            CodeSize = 64,
            Address = 4 * 8,
            Second = ("___sdt_jt_p.7", 6 * 8),
        };
        nested.Lazy[0] = ("___sdt_en_p.0", ElfBuilder.Join(ElfBuilder.U64(0), ElfBuilder.U64(2 * 8)), true);
        nested.Lazy.Add(("___sdt_en_p.1", ElfBuilder.Join(ElfBuilder.U64(3 * 8), ElfBuilder.U64(6 * 8)), true));
        Assert.Equal([(4, 0, 2), (6, 3, 6)],
            Have.Accepted(nested.Build()).Program("main").Probe("p").Sites.Select(static s => (s.Instruction, s.ArmingInstruction, s.ArmedTarget)));
    }

    [Fact]
    public void ALazyRecordMayUseAPlainNop()
    {
        var nop = new ProbeObject
        {
            Code = ElfBuilder.Code((0xb7, 1, 0, 1), (0xb7, 2, 0, 2), (0x05, 0, 0, 0), (0xb7, 0, 0, 0), (0x95, 0, 0, 0), (0x05, 0, 0, 0), (0x05, 0, -4, 0)),
        };
        ProbeSiteSpec site = Have.Accepted(nop.Build()).Program("main").Probe("p").Sites[0];
        Assert.Equal((5, 2, 5), (site.Instruction, site.ArmingInstruction, site.ArmedTarget));
    }
}
