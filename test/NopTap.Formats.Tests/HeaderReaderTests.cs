// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Tests;

/// <summary>What the object reader makes of what include/bpf_sdt.h wrote, for every clang that is installed.</summary>
public sealed class HeaderReaderTests
{
    const string Shapes = """
        enum colour { RED, GREEN };
        SDT_DECLARE(tick);
        SDT_DECLARE(value, __u64 time);
        SDT_DECLARE(five, struct xdp_md *ctx, const char *text, enum colour colour, __s8 small, __u16 port);
        BPF_SDT_DECLARE2(rfc, int, struct xdp_md *);

        static __noinline int branches(int k)
        {
            SDT_PROBE(value, (k & 1) ? clock() : (k & 2) ? 5ull : (__u64)k);
            if (k & 4) { SDT_PROBE(value, 1ull); } else { SDT_PROBE(value, 1ull); }
            return k;
        }
        static __always_inline __u64 inner(int k) { SDT_PROBE(value, (__u64)k); return k + 1; }
        static __noinline int nested(int k)
        {
            SDT_PROBE(value, inner(k));
            return k;
        }
        SEC("xdp") int prog(struct xdp_md *xdp)
        {
            char text[8] = "text";
            int k = xdp->rx_queue_index;
            BPF_SDT_PROBE2(rfc, k, xdp);
            SDT_PROBE_EAGER(five, xdp, (const char *)text, (enum colour)GREEN, (__s8)-3, (__u16)40000);
            SDT_PROBE(tick);
            SDT_PROBE_EAGER(tick);
            return branches(k) + nested(k);
        }
        SEC("xdp") int other(struct xdp_md *xdp) { return branches(xdp->data); }
        """;

    [Fact]
    public void EveryProbeIsReadWithItsPrototypeAndSites()
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            BpfObjectSpec spec = BpfObjectSpec.Load(HeaderCompiler.Object(clang, Shapes), clang);
            Dictionary<string, ProbeSpec> probes = ProbesOf(spec, "prog");
            Assert.Equal("tick()", probes["tick"].ToString());
            Assert.Equal("value(__u64 time)", probes["value"].ToString());
            Assert.Equal("five(struct xdp_md *ctx, const char *text, enum colour colour, __s8 small, __u16 port)", probes["five"].ToString());
            Assert.Equal("rfc(int, struct xdp_md *)", probes["rfc"].ToString());
            Assert.Equal([true, false], probes["tick"].Sites.Select(s => s.IsLazy).OrderDescending());
            Assert.Equal([false], probes["rfc"].Sites.Select(s => s.IsLazy));
            Assert.Equal(["___sdt_jt_rfc"], probes["rfc"].Sites.Select(s => s.Symbol));
            ProbeSiteSpec five = Assert.Single(probes["five"].Sites);
            Assert.Equal([false, false, true, true, true], five.Arguments.Select(a => a.IsConstant));
            Assert.Equal([1L, -3L, -25536L], five.Arguments.Where(a => a.IsConstant).Select(a => a.Constant));
        }
    }

    [Fact]
    public void EveryLazySiteIsReachedFromAnArmingInstructionOfItsOwn()
    {
        foreach (string clang in HeaderCompiler.Clangs())
        {
            BpfObjectSpec spec = BpfObjectSpec.Load(HeaderCompiler.Object(clang, Shapes), clang);
            ProbeSpec probe = ProbesOf(spec, "prog")["value"];
            Assert.Equal(5, probe.Sites.Length); // three in branches, two in nested
            Assert.All(probe.Sites, s => Assert.True(s.IsLazy && s.ArmedTarget <= s.Instruction, $"{clang}: {s}"));
            Assert.Equal(5, probe.Sites.Select(s => s.ArmingInstruction).Distinct().Count());
            Assert.Equal(3, ProbesOf(spec, "other")["value"].Sites.Length);
        }
    }

    static Dictionary<string, ProbeSpec> ProbesOf(BpfObjectSpec spec, string program) =>
        spec.Programs.Single(p => p.Name == program).Probes.ToDictionary(p => p.Name);
}
