// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Tests.Runtime;

namespace NopTap.Tests.Helpers;

/// <summary>What formats print, and which are refused, here on both engines and in the kernel.</summary>
public sealed class PrintFormatTests
{
    const string Refused = "(refused)";
    static readonly byte[] s_packet = new byte[PrintPrograms.Room];

    /// <summary>Format, values, and the first bytes of the text (Latin-1).</summary>
    public static TheoryData<string, string, string> Formats => new()
    {
        { "plain", "", "plain" },
        { "100%%|", "", "100%|" },
        { "%pI4|", "m0", "127.0.0.1|" },
        { "%pi4|", "m0", "127.000.000.001|" },
        { "%pI6|", "m4", "2001:0db8:0000:0000:0000:0000:0000:0001|" },
        { "%pi6|", "m4", "20010db8000000000000000000000001|" },
        { "%pI4%pI4", "m0 m0", "127.0.0.1127.0.0.1" },
        { "%pks|", "m20", "abcdefgh|" },
        { "%pus|", "m20", "|" },
        { "%ps|%pS|%pB|", "0 0 0", "0x0|0x0|0x0|" },
        { "%ps|%px|", "0x12 0x1234", "0x12|0000000000001234|" },
        { "%p|%pK|", "0 0", "0000000000000000|0000000000000000|" },
        { "%p|%px|", "-1 -5", "ffffffffffffffff|fffffffffffffffb|" },
        { "%20px|%-20px|", "4660 4660", "                1234|1234                |" },
        { "%020px|%-p|%-20p|", "4660 0 0", "00000000000000001234|" },
        { "%30p", "-5", "              fffffffffffffffb" },
        { "%10ps|%-10ps|%010ps|", "18 18 18", "      0x12|0x12      |      0x12|" },
        { "%20pI4|%-20pks|", "m0 m20", "127.0.0.1|abcdefgh|" },
        { "%pI4abc1|%pxA9|", "m0 1", "127.0.0.1|0000000000000001|" },
        { "%p.|", "0", "0000000000000000.|" },
        { "%s|%20s|%-20s|", "m20 m20 m20", "abcdefgh|            abcdefgh|abcdefgh            |" },
        { "%s|", "m32", "\u00c3\u00a9z|" },
        { "%5s|\u00e9\t", "m32", "  \u00c3\u00a9z|\u00e9\t" },
        { "%s|%s|%pks|%pI4|%pI6|", "0 1 16 1 0", "|||0.0.0.0|0000:0000:0000:0000:0000:0000:0000:0000|" },
        { "%c%c|%5c|%-5c|%05c|", "65 0x1ff 66 66 66", "A\u00ff|    B|B    |    B|" },
        { "%d|%i|%u|%x|%X|", "-13 -13 -13 -13 -13", "-13|-13|4294967283|fffffff3|FFFFFFF3|" },
        { "%ld|%lld|%lx|%llX|", "-13 -13 -13 -13", "-13|-13|fffffffffffffff3|FFFFFFFFFFFFFFF3|" },
        { "%lu|%llu|%li|", "-1 -2 0x8000000000000000", "18446744073709551615|18446744073709551614|-92233720368547" },
        { "%+d|% d|%+ d|%+x|% u|", "1 2 3 4 5", "+1| 2|+3|4|5|" },
        { "%08d|%-08d|%+08d|% 08d|%0-8d|", "-42 42 42 42 42", "-0000042|42      |+0000042| 0000042|42      |" },
        { "%8lx|%08lX|%0d|%00005d|", "171 171 7 8", "      ab|000000AB|7|00008|" },
        { "%us|", "7", "7s|" },
        { "%4294967301d|%2147483648d|", "7 8", "    7|8|" },
        { "%40000d|", "7", "" },
        { "%9999999999d|", "7", "" },
        { "%s|", "m64", "qqqq" },
        { "%s|%s|", "m64 m20", "(-28)" },
        { "%s|%d|", "m64 5", "(-28)" },
        { "%d%d%d%d%d%d%d%d%d%d%d%d", "1 2 3 4 5 6 7 8 9 1 2 3", "123456789123" },
        { "%d%d%d%d%d%d%d%d%d%d%d%d", "1 2 3 4 5 6 7 8 9 1 2 3 4", "(-22)" },
        { "%d", "1 2", "1" },
        { "%d %d", "1", Refused },
        { "%", "1", Refused },
        { "%#x|", "1", Refused },
        { "%lc|", "1", Refused },
        { "%pX|", "1", Refused },
        { "%pI|", "m0", Refused },
        { "%pksa|", "m20", Refused },
        { "%ks|", "m20", Refused },
        { "%sa|", "m20", Refused },
        { "%ca|%dd", "66 7", "Ba|7d" },
        { "%.3s|", "m20", Refused },
        { "\u0007", "", Refused },
    };

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [MemberData(nameof(Formats))]
    public void PrintsAsTheTableSaysOnBothEngines(string format, string values, string want)
    {
        MapSpec data = PrintPrograms.Data(PrintPrograms.Bytes(format));
        ProgramSpec program = PrintPrograms.Snprintf(0, Split(values));
        (uint Length, string Text)? compiled = Run(BpfEngine.Compiler, program, data);
        Assert.Equal(compiled, Run(BpfEngine.Interpreter, program, data));
        Assert.Equal(want == Refused, compiled is null);
        if (compiled is not { } have || want.Length == 0)
            return;
        if (want[0] == '(')
            Assert.Equal(want, $"({(int)have.Length})");
        else
            Assert.StartsWith(want, have.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TheKernelPrintsTheSame(string format, string values, string want)
    {
        Assert.SkipUnless(KernelOracle.Unavailable is null, KernelOracle.Unavailable ?? "");
        MapSpec data = PrintPrograms.Data(PrintPrograms.Bytes(format));
        ProgramSpec program = PrintPrograms.Snprintf(0, Split(values));
        using var kernel = new KernelOracle([data]);
        PacketVerdict? verdict = kernel.Run(program, [s_packet])?[0];
        Assert.Equal(want == Refused, verdict is null);
        (uint, string)? said = verdict is { } run ? (run.ReturnValue, Encoding.Latin1.GetString(run.Packet)) : null;
        Assert.Equal(said, Run(BpfEngine.Compiler, program, data));
    }

    // bpf_trace_printk is given its format when it runs, so what snprintf is refused for is an error there.
    [Theory]
    [MemberData(nameof(Formats))]
    public void PrintkSaysTheLengthThatTheKernelSays(string format, string values, string want)
    {
        string[] first = Split(values)[..Math.Min(3, Split(values).Length)];
        Assert.SkipUnless(KernelOracle.Unavailable is null, KernelOracle.Unavailable ?? "");
        Assert.SkipWhen(want == "" || first.Length < Split(values).Length, "too long to be printed into the kernel's trace, or with more than three values");
        MapSpec data = PrintPrograms.Data(PrintPrograms.Bytes(format));
        ProgramSpec program = PrintPrograms.Printk(format.Length + 1, first);
        using var kernel = new KernelOracle([data]);
        PacketVerdict[]? verdict = kernel.Run(program, [s_packet]);
        Assert.NotNull(verdict);
        Assert.Equal((int)verdict[0].ReturnValue, (int)Run(BpfEngine.Compiler, program, data)!.Value.Length);
        Assert.Equal((int)verdict[0].ReturnValue, (int)Run(BpfEngine.Interpreter, program, data)!.Value.Length);
    }

    // The reader of formats alone, against the kernel's verdicts on every character behind a percent sign, and on random formats.
    [Fact]
    public void TheKernelAcceptsTheSameFormats()
    {
        Assert.SkipUnless(KernelOracle.Unavailable is null, KernelOracle.Unavailable ?? "");
        List<byte[]> formats = [];
        foreach (string before in (string[])["", "%", "%l", "%ll", "%p", "%pI", "%pi4", "%pks", "%pus", "%5", "%-", "%pK"])
        {
            for (int c = 1; c < 256; c++)
                formats.Add(PrintPrograms.Bytes(before + (char)c));
        }

        var random = new Random(7);
        const string Letters = "%%%%pppIi46kusxKBSdlX0125-+ #.c|\u0080\u00a0\u00e9";
        for (int n = 0; n < 2000; n++)
            formats.Add(PrintPrograms.Bytes("%" + string.Concat(Enumerable.Range(0, 6).Select(_ => Letters[random.Next(Letters.Length)]))));
        byte[] all = [.. formats.SelectMany(format => format)];
        using var kernel = new KernelOracle([PrintPrograms.Data(all)]);
        int offset = 0;
        foreach (byte[] format in formats)
        {
            int values = PrintFormat.CountValues(format.AsSpan(..^1), out _);
            int errno = kernel.Ask(PrintPrograms.Snprintf(offset, [.. Enumerable.Repeat("0", Math.Max(values, 6))])).Errno;
            Assert.True(values >= 0 == (errno == 0), $"'{Encoding.Latin1.GetString(format)}': {values} values here, error {errno} in the kernel");
            offset += format.Length;
        }
    }

    [Theory]
    [InlineData("%p", "s")]
    [InlineData("%pK", "m0")]
    [InlineData("%px", "m0")]
    [InlineData("%ps", "m0")]
    [InlineData("%pS", "s")]
    [InlineData("%pB", "c")]
    [InlineData("%px", "c")]
    [InlineData("%020px", "s")]
    public void NoAddressIsShownButTheSameNumberForTheSameAddress(string format, string address)
    {
        foreach (BpfEngine engine in new[] { BpfEngine.Compiler, BpfEngine.Interpreter })
        {
            (uint Length, string Text)? print = Run(engine, PrintPrograms.Snprintf(0, address, address), PrintPrograms.Data(PrintPrograms.Bytes($"{format}|{format}|")));
            string[] shown = print!.Value.Text.Split('|');
            Assert.Equal(shown[0], shown[1]);
            string digits = shown[0].StartsWith("0x", StringComparison.Ordinal) ? shown[0][2..] : shown[0];
            ulong number = ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Assert.InRange(number, 1ul, uint.MaxValue);
        }
    }

    [Fact]
    public void HashesAsSipHashDoes() =>
        // The reference's vector for 8 bytes 0 to 7 under the key of bytes 0 to 15.
        Assert.Equal(0x93f5f5799a932462ul, PointerHashOf(0x0706050403020100, 0x0706050403020100, 0x0f0e0d0c0b0a0908));

    static ulong PointerHashOf(ulong word, ulong first, ulong second) => NopTap.Helpers.PointerHash.Hash(word, first, second);

    static string[] Split(string values) => values.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static (uint Length, string Text)? Run(BpfEngine engine, ProgramSpec program, MapSpec data)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        try
        {
            using BpfObject loaded = runtime.Load(new BpfObjectSpec { Name = "prints", License = "GPL", Maps = [data], Programs = [program] });
            RunResult run = loaded.Programs[0].Run(s_packet);
            return (run.ReturnValue, Encoding.Latin1.GetString(run.Packet));
        }
        catch (VerificationException)
        {
            return null;
        }
    }
}
