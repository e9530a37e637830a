// SPDX-License-Identifier: Apache-2.0

using NopTap.Maps;

namespace NopTap.Tests.Abuse;

/// <summary>Ring buffers: read from within, disposed of by a handler or beside a reader.</summary>
static class RingScenes
{
    internal static void All(string[] arguments) => Scene.RunAll(typeof(RingScenes), arguments);

    internal static void ReadByItsHandler(string engine)
    {
        using var scene = new Scene(engine);
        var ring = (BpfRingBuffer)scene.Api.Maps["ring"];
        BpfProgram record = scene.Api.Programs["record"];
        var ids = new List<string>();
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 7; i++)
                record.Run(Scene.Packet);
            int read = ring.Consume(payload =>
            {
                ids.Add(Scene.Refused(() => ring.TryRead()));
                ids.Add(Scene.Refused(() => ring.TryRead(_ => { })));
                ids.Add(Scene.Refused(() => ring.Consume(_ => { })));
                Assert.Equal(1, ring.Count);
                Assert.True(ring.AvailableData > 0);
                record.Run(Scene.Packet);
                Assert.Equal(504, payload.Length);
                Assert.False(payload.ContainsAnyExcept((byte)0xab));
            }, limit: 7);
            Assert.Equal(7, read);
        }

        Assert.All(ids, id => Assert.Equal(RuntimeDiagnostics.RingInUse.Id, id));
        ring.Consume(payload => Assert.Equal(504, payload.Length));
    }

    internal static void DisposedByItsHandler(string engine)
    {
        using var scene = new Scene(engine);
        BpfObject api = scene.Api;
        var ring = (BpfRingBuffer)api.Maps["ring"];
        api.Programs["record"].Run(Scene.Packet);
        api.Programs["record"].Run(Scene.Packet);
        int read = ring.Consume(payload =>
        {
            ring.Dispose();
            api.Dispose();
            scene.Runtime.Dispose();
            Scene.Collect();
            Assert.False(payload.ContainsAnyExcept((byte)0xab));
        });
        Assert.Equal(2, read);
        Assert.Throws<ObjectDisposedException>(() => ring.TryRead());
    }

    internal static void HandlerThatThrows(string engine)
    {
        using var scene = new Scene(engine);
        var ring = (BpfRingBuffer)scene.Api.Maps["ring"];
        scene.Api.Programs["record"].Run(Scene.Packet);
        scene.Api.Programs["record"].Run(Scene.Packet);
        Assert.Throws<InvalidDataException>(() => ring.Consume(_ => throw new InvalidDataException()));
        Assert.True(ring.TryRead(_ => { }));
        Assert.False(ring.TryRead(_ => { }));
    }

    internal static void DisposedBesideReaders(string engine)
    {
        for (int round = 0; round < 10; round++)
        {
            using var scene = new Scene(engine);
            var ring = (BpfRingBuffer)scene.Api.Maps["ring"];
            BpfProgram record = scene.Api.Programs["record"];
            record.Run(Scene.Packet);
            Task<byte[]> first = ring.ReadAsync().AsTask();
            Assert.Equal(504, first.GetAwaiter().GetResult().Length);
            Task waiting = ring.WaitAsync().AsTask();
            Scene.Together(4, number =>
            {
                for (int i = 0; i < 200; i++)
                {
                    bool isGoing = number switch
                    {
                        0 => Scene.Try(() => record.Run(Scene.Packet)),
                        1 => Scene.Try(() => ring.Consume(payload => Assert.False(payload.ContainsAnyExcept((byte)0xab)))),
                        2 => Scene.Try(() => ring.TryRead()) && Scene.Try(() => ring.Query(RingStatistic.AvailableData)) && Scene.Try(() => _ = ring.Count),
                        _ => i < 100 || Scene.Try(scene.Dispose),
                    };
                    if (!isGoing)
                        return;
                }
            });
            Scene.Try(() => waiting.GetAwaiter().GetResult());
            Assert.Throws<ObjectDisposedException>(() => ring.ReadAsync().AsTask().GetAwaiter().GetResult());
        }
    }

    internal static void OddArguments(string engine)
    {
        using var scene = new Scene(engine);
        var ring = (BpfRingBuffer)scene.Api.Maps["ring"];
        scene.Api.Programs["record"].Run(Scene.Packet);
        Assert.Throws<ArgumentNullException>(() => ring.TryRead(null!));
        Assert.Throws<ArgumentNullException>(() => ring.Consume(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Consume(_ => { }, -1));
        Assert.Equal(0, ring.Consume(_ => { }, 0));
        Assert.Equal(0ul, ring.Query((RingStatistic)99));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        ring.TryRead();
        Assert.ThrowsAny<OperationCanceledException>(() => ring.WaitAsync(stop.Token).AsTask().GetAwaiter().GetResult());
        Assert.ThrowsAny<OperationCanceledException>(() => ring.ReadAllAsync(stop.Token).GetAsyncEnumerator().MoveNextAsync().AsTask().GetAwaiter().GetResult());
    }
}
