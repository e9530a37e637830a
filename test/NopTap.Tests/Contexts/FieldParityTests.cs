// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Tests.Helpers;
using NopTap.Verifier;

namespace NopTap.Tests.Contexts;

/// <summary>Every access of every byte of contexts and sockets, against the running kernel.</summary>
public sealed class FieldParityTests
{
    const string FindSocket = "r2 = r10\nr2 += -64\nr3 = 12\nr4 = 0\nr5 = 0\n*(u64 *)(r10 - 64) = 0\n*(u64 *)(r10 - 56) = 0\ncall ";
    const string Release = "\nr1 = r6\ncall sk_release\nout:\nr0 = 0\nexit";

    static readonly string[] s_widths = ["u8", "u16", "u32", "u64"];

    public static TheoryData<ProgramType> Types =>
        [ProgramType.Xdp, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.SocketFilter, ProgramType.CgroupSkb];

    [Theory]
    [MemberData(nameof(Types))]
    public void ContextsAreReadAndWrittenWhereTheKernelAllowsIt(ProgramType type)
    {
        Assert.True(ProgramTypes.TryGet(type, out ProgramTypeInfo? info));
        Compare(type, info.Context!.Size, (at, width) => $"r2 = *({width} *)(r1 + {at})\nr0 = 0\nexit");
        Compare(type, info.Context!.Size, (at, width) => $"r2 = 0\n*({width} *)(r1 + {at}) = r2\nr0 = 0\nexit");
        Compare(type, info.Context!.Size, (at, width) => $"*({width} *)(r1 + {at}) = 0\nr0 = 0\nexit");
    }

    [Theory]
    [InlineData("sk_lookup_tcp", "", 80)]
    [InlineData("skc_lookup_tcp", "", 80)]
    [InlineData("sk_lookup_tcp", "tcp_sock", 112)]
    public void SocketsAreReadWhereTheKernelAllowsIt(string found, string cast, int size)
    {
        string take = FindSocket + found + "\nif r0 == 0 goto out\nr6 = r0\n" + (cast.Length == 0 ? "" : $"r1 = r6\ncall {cast}\nif r0 == 0 goto release\n");
        string give = "\nrelease:" + Release;
        Compare(ProgramType.SchedCls, size + 8, (at, width) => $"{take}r2 = *({width} *)(r0 + {at}){give}");
        Compare(ProgramType.SchedCls, 16, (at, width) => $"{take}*({width} *)(r0 + {at}) = 0{give}");
    }

    [Theory]
    [InlineData("r6 += 0")]
    [InlineData("r6 += 4\nr6 += -4")]
    [InlineData("call sk_fullsock\nif r0 == 0 goto out\nr6 = r0")]
    [InlineData("call sk_fullsock\nif r0 == 0 goto give\nr1 = r0\ncall sk_release\nr2 = *(u32 *)(r6 + 4)\ngoto out\ngive:")]
    [InlineData("call sk_fullsock\nr7 = r0\nr1 = r6\ncall sk_release\nif r7 == 0 goto out\nr2 = *(u32 *)(r7 + 4)\nr5 = 0\nif r5 == 0 goto out")]
    [InlineData("call get_listener_sock\nr7 = r0\nr1 = r6\ncall sk_release\nif r7 == 0 goto out\nr2 = *(u32 *)(r7 + 4)\nr5 = 0\nif r5 == 0 goto out")]
    [InlineData("call get_listener_sock\nif r0 == 0 goto give\nr1 = r0\ncall sk_release\ngive:")]
    [InlineData("call tcp_sock\nif r0 == 0 goto give\nr2 = *(u32 *)(r0 + 12)\ngive:")]
    [InlineData("call tcp_sock\nr7 = r0\nif r7 == 0 goto give\nr1 = r7\ncall sk_release\ngoto out\ngive:")]
    [InlineData("call sk_release\nr1 = r6\ncall sk_release\nr5 = 0\nif r5 == 0 goto out")]
    [InlineData("r5 = 0\nif r5 == 0 goto out")]
    public void CastsEndWithTheSocketFromWhichTheyCame(string between)
    {
        string text = FindSocket + "sk_lookup_tcp\nif r0 == 0 goto out\nr6 = r0\nr1 = r6\n" + between + Release;
        Compare(ProgramType.SchedCls, 1, (_, _) => text);
    }

    [Fact]
    public void FieldThatASocketHasNotIsRefused()
    {
        ProgramSpec program = HelperQuestion.Spec(FindSocket + "skc_lookup_tcp\nif r0 == 0 goto out\nr6 = r0\nr2 = *(u32 *)(r0 + 16)" + Release, ProgramType.SchedCls);
        VerificationResult result = HelperQuestion.Ask(program);
        Assert.Equal(VerifierDiagnostics.SocketField.Id, result.Rejection?.Id);
        Assert.Contains("use bpf_sk_fullsock first", result.Rejection!.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r2 = *(u64 *)(r1 + 168)\nr2 = *(u32 *)(r2 + 4)\nr0 = 0\nexit")]
    [InlineData("r2 = *(u64 *)(r1 + 168)\nif r2 == 0 goto +1\nr2 = *(u32 *)(r2 + 4)\nr0 = 0\nexit")]
    [InlineData("r2 = *(u64 *)(r1 + 168)\nr3 = *(u64 *)(r1 + 168)\nif r2 == 0 goto +1\nr2 = *(u32 *)(r3 + 4)\nr0 = 0\nexit")]
    [InlineData("r1 = *(u64 *)(r1 + 168)\nif r1 == 0 goto +1\ncall sk_release\nr0 = 0\nexit")]
    public void ThePacketsSocketMayBeNullAndIsNotHeld(string text) => Compare(ProgramType.SchedCls, 1, (_, _) => text);

    static void Compare(ProgramType type, int bytes, Func<int, string, string> text)
    {
        Assert.SkipWhen(KernelOracle.Unavailable is not null, KernelOracle.Unavailable ?? "");
        using var oracle = new KernelOracle(HelperQuestion.Maps);
        var differences = new List<string>();
        for (int at = 0; at < bytes; at++)
        {
            foreach (string width in s_widths)
            {
                ProgramSpec program = HelperQuestion.Spec(text(at, width), type);
                KernelVerdict kernel = oracle.Load(program, log: true);
                VerificationResult ours = HelperQuestion.Ask(program);
                if (kernel.IsAccepted != ours.IsAccepted)
                    differences.Add($"{text(at, width).Replace('\n', ';')}: {(ours.IsAccepted ? "only we accept: " + kernel.Reason : $"only the kernel accepts: {ours.Rejection}")}");
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }
}
