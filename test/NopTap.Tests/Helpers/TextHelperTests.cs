// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.Isa;

namespace NopTap.Tests.Helpers;

public class TextHelperTests
{
    public static TheoryData<string, ulong[], string> Formats => new()
    {
        { "plain", [], "plain" },
        { "100%%", [], "100%" },
        { "%d", [unchecked((ulong)-5)], "-5" },
        { "%d", [0xffffffff], "-1" },
        { "%i %u", [7, 0xfffffffff], "7 4294967295" },
        { "%ld %lld", [unchecked((ulong)-5), unchecked((ulong)-6)], "-5 -6" },
        { "%lu %llu", [ulong.MaxValue, 1], "18446744073709551615 1" },
        { "%x %X %lx", [0xab, 0xab, 0xabcdef0123], "ab AB abcdef0123" },
        { "[%5d|%-5d|%05d]", [42, 42, unchecked((ulong)-42)], "[   42|42   |-0042]" },
        { "%+d % d", [1, 2], "+1  2" },
        { "%c%c", ['o', 'k'], "ok" },
        { "caf\u00e9 %d", [1], "caf\u00e9 1" },
        { "%p", [0], "0000000000000000" },
        { "%px", [1], "0000000000000001" },
        { "%s", [0], "" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void FormatsAsTheKernelDoes(string format, ulong[] values, string want)
    {
        using var bench = new HelperBench();
        byte[] text = HelperBench.Pinned(format + "\n");
        ulong[] all = [.. values, .. new ulong[3]];
        ulong length = bench.Call(HelperId.TracePrintk, HelperBench.AddressOf(text), (ulong)text.Length, all[0], all[1], all[2]);
        Assert.Equal((ulong)Encoding.UTF8.GetByteCount(want) + 1, length);
        Assert.Equal((want, "bench", 42u), (bench.Printed[0].Text, bench.Printed[0].Program, bench.Printed[0].ProgramId));
        Assert.Equal(want, Snprintf(bench, format, values, 100).Text);
    }

    [Theory]
    [InlineData("%")]
    [InlineData("%l")]
    [InlineData("%f")]
    [InlineData("%lc")]
    [InlineData("%lld %lllu")]
    [InlineData("bell\a")]
    [InlineData("%#x")]
    [InlineData("%d %d %d %d")]
    public void RefusesOtherFormats(string format)
    {
        using var bench = new HelperBench();
        byte[] text = HelperBench.Pinned(format);
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.TracePrintk, HelperBench.AddressOf(text), (ulong)text.Length)));
        Assert.Empty(bench.Printed);
    }

    [Fact]
    public void RefusesAFormatWithoutItsEnd()
    {
        using var bench = new HelperBench();
        byte[] text = HelperBench.Pinned("abc");
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.TracePrintk, HelperBench.AddressOf(text), 3)));
    }

    [Fact]
    public void PrintsStringsThatTheRunMayRead()
    {
        using var bench = new HelperBench();
        byte[] text = HelperBench.Pinned("<%s>");
        byte[] name = HelperBench.Pinned("eth0");
        bench.Call(HelperId.TracePrintk, HelperBench.AddressOf(text), 5, HelperBench.AddressOf(name));
        bench.Readable(name);
        bench.Call(HelperId.TracePrintk, HelperBench.AddressOf(text), 5, HelperBench.AddressOf(name));
        Assert.Equal(["<>", "<eth0>"], bench.Printed.Select(message => message.Text));
    }

    [Theory]
    [InlineData(10, "value 7")]
    [InlineData(8, "value 7")]
    [InlineData(4, "val")]
    [InlineData(1, "")]
    [InlineData(0, null)]
    public void CutsWhatDoesNotFitAndTellsWhatItWouldTake(int size, string? want)
    {
        using var bench = new HelperBench();
        (ulong length, string? text) = Snprintf(bench, "value %d", [7], size);
        Assert.Equal(8ul, length);
        Assert.Equal(want, text);
    }

    [Fact]
    public void RefusesValuesThatAreNoWords()
    {
        using var bench = new HelperBench();
        byte[] format = HelperBench.Pinned("x");
        bench.Readable(format);
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.Snprintf, 0, 0, HelperBench.AddressOf(format), 1, 7)));
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.Snprintf, 0, 0, HelperBench.AddressOf(format), 0, 8)));
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.Snprintf, 0, 0, HelperBench.AddressOf(format), 1, 104)));
        Assert.Equal((int)Errno.EINVAL, HelperBench.ErrorOf(bench.Call(HelperId.Snprintf, 0, 0, 16, 0, 0)));
    }

    static (ulong Length, string? Text) Snprintf(HelperBench bench, string format, ulong[] values, int size)
    {
        byte[] text = HelperBench.Pinned(format);
        byte[] output = HelperBench.Pinned(size + 1);
        output.AsSpan().Fill((byte)'#');
        byte[] data = HelperBench.Pinned(Math.Max(1, values.Length * 8));
        Buffer.BlockCopy(values, 0, data, 0, values.Length * 8);
        bench.Readable(text);
        ulong length = bench.Call(
            HelperId.Snprintf, HelperBench.AddressOf(output), (ulong)size, HelperBench.AddressOf(text), HelperBench.AddressOf(data), (ulong)values.Length * 8);
        Assert.Equal((byte)'#', output[size]);
        int end = Array.IndexOf(output, (byte)0);
        return (length, end < 0 ? null : Encoding.UTF8.GetString(output, 0, end));
    }
}
