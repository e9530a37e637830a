// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Tests.Helpers;

/// <summary>What helpers do to packets, on both engines and in the running kernel: the same result and the same bytes.</summary>
public sealed class PacketHelperParityTests
{
    const int Rounds = 150;

    // Values by which offsets, sizes and flags go wrong in each way that they can.
    static readonly long[] s_offsets = [0, 1, 2, 10, 24, 24, 50, 60, 62, 63, 64, 65, 0xfffe, 0x10000, 0x7fffffff, -2];
    static readonly long[] s_flags = [0, 2, 2, 4, 4, 1, 3, 8, 0x10, 0x12, 0x14, 0x22, 0x24, 0x62, 0x82, 0x100, 0x10f];
    static readonly long[] s_values = [0, 0, 1, 0xffff, 0xfffe, 0x12345678, 0xffffffff, 0x1_0000_ffff];

    public static TheoryData<HelperId, ProgramType> Helpers => new()
    {
        { HelperId.L3CsumReplace, ProgramType.SchedCls },
        { HelperId.L4CsumReplace, ProgramType.SchedCls },
        { HelperId.SkbStoreBytes, ProgramType.SchedCls },
        { HelperId.SkbPullData, ProgramType.SchedCls },
        { HelperId.SkbLoadBytes, ProgramType.SchedCls },
        { HelperId.XdpLoadBytes, ProgramType.Xdp },
        { HelperId.XdpStoreBytes, ProgramType.Xdp },
        { HelperId.CsumDiff, ProgramType.Xdp },
    };

    [Theory]
    [MemberData(nameof(Helpers))]
    public void BothEnginesAndTheKernelAgree(HelperId helper, ProgramType type)
    {
        Assert.SkipWhen(KernelOracle.Unavailable is not null, KernelOracle.Unavailable ?? "");
        var random = new Random(20261122);
        byte[] packet = new byte[64];
        random.NextBytes(packet);
        packet[24] = packet[25] = 0; // a checksum of zero
        using var oracle = new KernelOracle([]);
        using var compiler = new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Auto });
        using var interpreter = new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Interpreter });
        var results = new HashSet<uint>();
        for (int round = 0; round < Rounds; round++)
        {
            string text = Program(helper, type, random);
            ProgramSpec program = HelperQuestion.Spec(text, type);
            uint kernel = Assert.Single(oracle.Run(program, [packet])!).ReturnValue;
            Assert.Equal((text, kernel), (text, Run(compiler, program, packet)));
            Assert.Equal((text, kernel), (text, Run(interpreter, program, packet)));
            results.Add(kernel);
        }

        Assert.True(results.Count >= 3, "hardly anything was tried");
    }

    static uint Run(BpfRuntime runtime, ProgramSpec program, byte[] packet)
    {
        using BpfObject loaded = runtime.Load(new BpfObjectSpec { Name = "question", License = "GPL", Programs = [program] });
        return loaded.Programs["question"].Run(packet).ReturnValue;
    }

    // The helper's result and the bytes around the place, folded into one number.
    static string Program(HelperId helper, ProgramType type, Random random)
    {
        string stack = $"*(u64 *)(r10 - 16) = {random.Next()}\n*(u64 *)(r10 - 8) = {random.Next()}\nr6 = r1\n";
        long offset = Pick(s_offsets, random);
        int size = 1 + random.Next(16);
        string call = helper switch
        {
            HelperId.L3CsumReplace or HelperId.L4CsumReplace =>
                $"r1 = r6\nr2 = {offset}\nr3 = {Hex(Pick(s_values, random))} ll\nr4 = {Hex(Pick(s_values, random))} ll\nr5 = {Pick(s_flags, random)}\n",
            HelperId.SkbStoreBytes => $"r1 = r6\nr2 = {offset}\nr3 = r10\nr3 += -16\nr4 = {size}\nr5 = {random.Next(5)}\n",
            HelperId.SkbPullData => $"r1 = r6\nr2 = {offset}\n",
            HelperId.CsumDiff => Memory(random, 1) + Memory(random, 3) + $"r5 = {Hex(Pick(s_values, random))} ll\n",
            _ => $"r1 = r6\nr2 = {offset}\nr3 = r10\nr3 += -16\nr4 = {size}\n",
        };
        string name = HelperCatalog.NameOf((int)helper)!;
        string load = type == ProgramType.Xdp ? "xdp_load_bytes" : "skb_load_bytes";
        return stack + call + $"call {name}\nr7 = r0\nr8 = *(u64 *)(r10 - 16)\nr9 = *(u64 *)(r10 - 8)\n"
            + Fold("r8") + Fold("r9")
            + $"r1 = r6\nr2 = {Math.Clamp(offset & ~3, 0, 56)}\nr3 = r10\nr3 += -16\nr4 = 8\ncall {load}\nr8 = *(u64 *)(r10 - 16)\n" + Fold("r8")
            + "r0 = r7\nexit";
    }

    static string Fold(string register) => $"r7 *= 31\nr7 += {register}\n{register} >>= 32\nr7 *= 31\nr7 += {register}\n";

    static string Memory(Random random, int register)
    {
        int size = random.Next(4) switch { 0 => 0, 1 => 16, 2 => 4 * random.Next(5), _ => random.Next(17) };
        return size == 0 ? $"r{register} = 0\nr{register + 1} = 0\n" : $"r{register} = r10\nr{register} += {-16 + (random.Next(2) * (16 - size))}\nr{register + 1} = {size}\n";
    }

    static long Pick(long[] values, Random random) => values[random.Next(values.Length)];

    static string Hex(long value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
