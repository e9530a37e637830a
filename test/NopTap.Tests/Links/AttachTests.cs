// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using static NopTap.Tests.Links.TracedWorld;

namespace NopTap.Tests.Links;

public sealed class AttachTests
{
    // Adds r2 to r1 with the probe in the middle; every register is used behind the site.
    const string Adder = """
        r6 = r1
        r7 = r2
        r3 = 3
        r4 = 4
        r5 = 5
        r0 = 100
        site: goto +0
        r0 += r1
        r0 += r2
        r0 += r3
        r0 += r4
        r0 += r5
        r0 += r6
        r0 += r7
        exit
        """;

    static NopTap.Formats.ProbeSpec Sum => Probe("sum", [Int("a"), Int("b")], At("site", Register.R6, Register.R2));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Spec", "G.36")]
    public void CountsExactlyTheHitsBetweenAttachAndDetach(bool isCompiled)
    {
        using var world = new TracedWorld(isCompiled);
        TracedProgram target = world.Load(Adder, Sum);
        ulong want = target.Run(10, 20);
        Assert.Equal(100ul + 10 + 20 + 3 + 4 + 5 + 10 + 20, want);
        int events = 0;
        int sum = 0;
        SdtLink link = target["sum"].Attach((in ProbeEvent e) =>
        {
            events++;
            sum += e.GetInt32("a") * e.GetInt32("b");
        });
        for (int i = 0; i < 5; i++)
            Assert.Equal(want, target.Run(10, 20));
        Assert.Equal((5, 1000), (events, sum));
        Assert.Equal(5ul, link.Hits);
        link.Dispose();
        Assert.Equal(want, target.Run(10, 20));
        Assert.Equal(5, events);
        Assert.Equal((5ul, 0ul), (link.Hits, link.Misses));
        Assert.False(link.IsAttached);
    }

    [Fact]
    public void TurnsTheNopIntoACallAndBack()
    {
        using var world = new TracedWorld();
        TracedProgram target = world.Load(Adder, Sum);
        byte[] idle = target.Bytes;
        Assert.Equal(SitePatch.Nop.ToArray(), target.SiteBytes("sum"));
        using (target["sum"].Attach((in ProbeEvent e) => { }))
            Assert.Equal(0xe8, target.SiteBytes("sum")[0]);
        Assert.Equal(idle, target.Bytes);
    }
}
