// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Cases;

namespace NopTap.Isa.Tests;

public sealed class CaseFileTests
{
    [Fact]
    public void ReadsCasesAndSections()
    {
        TestCase[] cases = [.. CaseFile.Parse("""
            # about this file

            == first
            -- asm
              r0 = 1
              exit

            -- mem
              00 11
              ff
            -- result
              -1
            == second
            -- asm
              exit
            -- reject exactly
              BPF2014 at 1
            """, "folder/name.case")];
        Assert.Equal(["name/first", "name/second"], cases.Select(test => test.Name));
        Assert.Equal([Ins.Mov64(Register.R0, 1), Ins.Exit()], cases[0].Program);
        Assert.Equal([0x00, 0x11, 0xff], cases[0].Memory);
        Assert.Equal(ulong.MaxValue, cases[0].Result);
        Assert.Null(cases[0].MemoryAfter);
        Assert.Null(cases[1].Result);
        Assert.Empty(cases[1].Memory);
        Assert.Equal("BPF2014 at 1", cases[1]["reject"]);
        Assert.Equal("exactly", cases[1].Sections["reject"].Argument);
    }

    [Fact]
    public void AFileOfOneCaseNeedsNoName()
    {
        TestCase test = Assert.Single(CaseFile.Parse("-- asm\nexit\n-- result\n0x1_0", "name.case"));
        Assert.Equal("name", test.Name);
        Assert.Equal(16UL, test.Result);
    }

    [Theory]
    [InlineData("-- asn\nexit", "name.case:1: no section is called 'asn'")]
    [InlineData("-- asm\nexit\n-- asm\nexit", "name.case:3: case 'name' has two sections 'asm'")]
    [InlineData("exit\n-- asm\nexit", "name.case:1: text stands before the first section; begin comments with #")]
    [InlineData("# nothing\n", "name.case:1: a case has sections, and this file has none")]
    [InlineData("== a\n-- asm\nexit\n== a\n-- asm\nexit", "name.case:1: two cases are called 'name/a'")]
    public void RefusesFilesThatBreakTheFormat(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<CaseFormatException>(() => CaseFile.Parse(text, "name.case")).Message);
    }

    [Fact]
    public void SaysWhichBodyCannotBeRead()
    {
        TestCase test = Assert.Single(CaseFile.Parse("-- asm\nfrob\n-- mem\n0\n-- result\nx", "name.case"));
        Assert.StartsWith("name.case:1: section 'asm' of 'name': BPF1510", Assert.Throws<CaseFormatException>(() => test.Program).Message, StringComparison.Ordinal);
        Assert.StartsWith("name.case:3:", Assert.Throws<CaseFormatException>(() => test.Memory).Message, StringComparison.Ordinal);
        Assert.StartsWith("name.case:5:", Assert.Throws<CaseFormatException>(() => test.Result).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SectionsThatNobodyReadsAreErrors()
    {
        CaseFormatException e = Assert.Throws<CaseFormatException>(() => Corpus.Load("isa", "asm", "mem", "post"));
        Assert.Contains("section 'result' is read by no test", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GoldenChecksNameTheFirstLineThatDiffers()
    {
        GoldenMismatchException e = Assert.Throws<GoldenMismatchException>(() => Golden.Check("global.json", "{\nother"));
        Assert.StartsWith("global.json, line 2:\n  want: ", e.Message, StringComparison.Ordinal);
        TestCase test = Assert.Single(CaseFile.Parse("-- asm\nexit\n-- x64\nret\n", "name.case"));
        Golden.CheckSection(test, "x64", "ret\n");
        Assert.Throws<GoldenMismatchException>(() => Golden.CheckSection(test, "x64", "nop"));
    }
}
