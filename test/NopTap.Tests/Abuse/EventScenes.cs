// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;

namespace NopTap.Tests.Abuse;

/// <summary>Probes, functions, links and events: of nothing, out of bounds, of what was disposed meanwhile.</summary>
static class EventScenes
{
    internal static void All(string[] arguments) => Scene.RunAll(typeof(EventScenes), arguments);

    internal static void EventsOfNoHit(string engine)
    {
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Link);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Probe);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Site);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Cookie);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Processor);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Parameters);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Count);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).IsExit);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).ReturnValue);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent)[0]);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent)["len"]);
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Get<int>(0));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).Get<int>("len"));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).GetInt32("len"));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).GetUInt32("len"));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).GetInt64("len"));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).GetUInt64("len"));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).IndexOf("len"));
        Assert.Throws<InvalidOperationException>(() => default(ProbeEvent).TryReadMemory(0, []));
    }

    internal static void OddIndexesAndAddresses(string engine)
    {
        using var scene = new Scene(engine);
        int refused = 0;
        void Refuse<T>(in ProbeEvent e, Func<ProbeEvent, object?> use)
            where T : Exception
        {
            try
            {
                use(e);
            }
            catch (T)
            {
                refused++;
            }
        }

        using BpfLink link = scene.Seen.Attach((in ProbeEvent e) =>
        {
            Refuse<ArgumentOutOfRangeException>(e, x => x[-1]);
            Refuse<ArgumentOutOfRangeException>(e, x => x[1]);
            Refuse<ArgumentOutOfRangeException>(e, x => x.Get<int>(int.MinValue));
            Refuse<NotSupportedException>(e, x => x.Get<Big>(0).ToString());
            Refuse<ArgumentException>(e, x => x["other"]);
            Refuse<ArgumentException>(e, x => x.IndexOf(null!));
            Refuse<InvalidOperationException>(e, x => x.ReturnValue);
            byte[] bytes = new byte[4096];
            foreach (ulong address in (ulong[])[0, 1, 0x1234, 4096, 1ul << 46, (1ul << 47) - 1, 1ul << 47, 1ul << 63, ulong.MaxValue - 4095, ulong.MaxValue])
                refused += e.TryReadMemory(address, bytes) ? 0 : 1;
        });
        scene.Api.Programs["target"].Run(Scene.Packet);
        Assert.Equal((17, 0ul), (refused, link.Faults));
        Assert.Null(link.LastFault);
    }

    internal static void EverythingDisposedInside(string engine)
    {
        var scene = new Scene(engine);
        BpfProgram target = scene.Api.Programs["target"];
        long len = 0;
        SdtLink? link = null;
        link = scene.Seen.Attach((in ProbeEvent e) =>
        {
            link!.Dispose();
            scene.Api.Dispose();
            scene.Runtime.Dispose();
            Scene.Collect();
            Assert.Equal(("seen", 1, false), (e.Probe, e.Count, e.IsExit));
            len = e["len"];
            Scene.Try(() => target.Run(Scene.Packet));
        });
        RunResult result = target.Run(Scene.Packet);
        Assert.Equal((2u, 64L, 0ul), (result.ReturnValue, len, link.Faults));
        Assert.Throws<ObjectDisposedException>(() => target.Run(Scene.Packet));
    }

    internal static void LinksAfterTheirEnd(string engine)
    {
        using var scene = new Scene(engine);
        BpfProgram target = scene.Api.Programs["target"];
        SdtLink sdt = target.Probes["seen"].Attach((in ProbeEvent _) => { });
        TracingLink entry = target.Functions[0].AttachEntry((in ProbeEvent _) => { });
        TracingLink exit = target.Functions[0].AttachExit((in ProbeEvent _) => throw new InvalidDataException());
        uint id = sdt.Id;
        Assert.Same(sdt, scene.Runtime.GetLink(id));
        target.Run(Scene.Packet);
        Assert.IsType<InvalidDataException>(exit.LastFault);
        Assert.Throws<ArgumentNullException>(() => sdt.Update(null!));
        Scene.Refused(() => sdt.Update(exit));
        foreach (BpfLink link in (BpfLink[])[sdt, entry, exit])
        {
            link.Detach();
            link.Detach();
            Assert.False(link.IsAttached);
            Assert.Equal(1ul, link.Info.Hits);
            link.Dispose();
            link.Dispose();
            link.Detach();
            Assert.Equal((1ul, 0u), (link.Hits + link.Misses, link.Id));
            GC.KeepAlive(link.Info.ToFdInfo());
        }

        Scene.Refused(() => scene.Runtime.GetLink(id));
        Scene.Refused(() => scene.Runtime.GetLink(0));
        Scene.Refused(() => scene.Runtime.GetLink(uint.MaxValue));
        Assert.Empty(scene.Runtime.AttachedLinks);
        Assert.Single(sdt.Probes);
    }

    internal static void WrongObservers(string engine)
    {
        using var scene = new Scene(engine);
        using var other = new Scene(engine);
        BpfProbe probe = scene.Seen;
        BpfFunction function = scene.Api.Programs["target"].Functions[0];
        Assert.Throws<ArgumentNullException>(() => probe.Attach((ProbeObserver)null!));
        Assert.Throws<ArgumentNullException>(() => probe.Attach((BpfProgram)null!));
        Assert.Throws<ArgumentNullException>(() => probe.Attach((in ProbeEvent _) => { }, null!));
        Assert.Throws<ArgumentNullException>(() => probe.Attach(scene.Api.Programs["target"], null!));
        Assert.Throws<ArgumentNullException>(() => probe.AttachPrinter(null!));
        Assert.Throws<ArgumentNullException>(() => function.AttachEntry((ProbeObserver)null!));
        Assert.Throws<ArgumentNullException>(() => function.AttachEntry((BpfProgram)null!));
        Assert.Throws<ArgumentNullException>(() => function.AttachExit((ProbeObserver)null!));
        Assert.Throws<ArgumentNullException>(() => function.AttachExit((BpfProgram)null!));
        foreach (BpfProgram program in (BpfProgram[])[.. scene.Api.Programs, .. other.Api.Programs])
        {
            Scene.Refused(() => probe.Attach(program));
            Scene.Refused(() => probe.Attach(program, new LinkOptions { TargetId = 7 }));
            Scene.Refused(() => function.AttachEntry(program));
            Scene.Refused(() => function.AttachExit(program));
        }

        Scene.Refused(() => probe.Attach((in ProbeEvent _) => { }, new LinkOptions { Flags = 1 }));
        Scene.Refused(() => probe.Attach((in ProbeEvent _) => { }, new LinkOptions { AttachType = (AttachType)999 }));
        var ring = (BpfRingBuffer)other.Api.Maps["ring"];
        ring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => probe.AttachPrinter(ring));
        GC.KeepAlive(probe.Sites);
        scene.Dispose();
        Scene.Refused(() => probe.Attach((in ProbeEvent _) => { }));
        Scene.Refused(() => function.AttachEntry((in ProbeEvent _) => { }));
        Scene.Try(() => probe.AttachPrinter((BpfRingBuffer)scene.Api.Maps["ring"]));
        Assert.Equal("seen", probe.Name);
        Assert.True(probe.IsAttachable && probe.Unattachable is null);
    }

    internal static void AttachedBesideDisposal(string engine)
    {
        for (int round = 0; round < 10; round++)
        {
            using var scene = new Scene(engine);
            BpfProgram target = scene.Api.Programs["target"];
            var ring = (BpfRingBuffer)scene.Api.Maps["ring"];
            Scene.Together(4, number =>
            {
                for (int i = 0; i < 40; i++)
                {
                    bool isGoing = number switch
                    {
                        0 => Scene.Try(() => target.Run(Scene.Packet)),
                        1 => Scene.Try(() => target.Probes["seen"].Attach((in ProbeEvent _) => { }).Dispose()),
                        2 => Scene.Try(() => target.Probes["seen"].AttachPrinter(ring).Dispose())
                            & Scene.Try(() => target.Functions[0].AttachExit((in ProbeEvent _) => { }).Dispose()),
                        _ => i < 20 || Scene.Try(round % 2 == 0 ? scene.Dispose : scene.Api.Dispose),
                    };
                    if (!isGoing)
                        return;
                }
            });
        }
    }

    internal static void RecordsOfNoPrinter(string engine)
    {
        Assert.Throws<InvalidOperationException>(() => default(ProbeRecord).Time);
        Assert.Throws<InvalidOperationException>(() => default(ProbeRecord).Cookie);
        Assert.Equal(0, default(ProbeRecord).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => default(ProbeRecord)[0]);
        Assert.Throws<ArgumentException>(() => new ProbeRecord(new byte[15]));
        Assert.Throws<ArgumentException>(() => new ProbeRecord(new byte[17]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbeRecord(new byte[24])[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProbeRecord(new byte[24])[-1]);
        using var scene = new Scene(engine);
        var ring = (BpfRingBuffer)scene.Api.Maps["ring"];
        using SdtLink link = scene.Seen.AttachPrinter(ring, cookie: 5);
        scene.Api.Programs["target"].Run(Scene.Packet);
        Assert.True(ring.TryRead(payload => Assert.Equal((5ul, 64L), (new ProbeRecord(payload).Cookie, new ProbeRecord(payload)[0]))));
    }
}
