// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Links;

namespace NopTap.Tests.Abuse;

/// <summary>Contexts and packets: too small, gone, or used by two.</summary>
static class ContextScenes
{
    internal static void All(string[] arguments) => Scene.RunAll(typeof(ContextScenes), arguments);

    internal static void StructureOfAnotherSize(string engine)
    {
        using var scene = new Scene(engine);
        PlainContext<ulong>[] contexts = [.. Enumerable.Range(0, 100).Select(_ => new PlainContext<ulong>(1ul))];
        foreach (string name in (string[])["fill", "peek", "mark_last"])
        {
            var error = Assert.Throws<BpfOperationException>(() => scene.Api.Programs[name].Run(contexts[50]));
            Assert.Equal(RuntimeDiagnostics.ContextSize.Id, error.Diagnostic.Id);
            Assert.Contains("of 8 bytes", error.Message, StringComparison.Ordinal);
            Assert.Contains(name == "mark_last" ? "of 4096 bytes" : "of 512 bytes", error.Message, StringComparison.Ordinal);
        }

        Assert.All(contexts, context => Assert.Equal(1ul, context.Value));
        using var large = new PlainContext<Page>();
        Assert.Equal(RuntimeDiagnostics.ContextSize.Id, Scene.Refused(() => scene.Api.Programs["fill"].Run(large)));
        using var right = new PlainContext<Big>();
        scene.Api.Programs["fill"].Run(right);
        Assert.Equal(0x4141414141414141ul, right.Value[63]);
        Assert.Equal(RuntimeDiagnostics.WrongContext.Id, Scene.Refused(() => scene.Api.Programs["target"].Run(right)));
    }

    internal static void DisposedBeforeTheRun(string engine)
    {
        using var scene = new Scene(engine);
        var context = new PlainContext<Page>();
        var buffer = new PacketBuffer();
        scene.Api.Programs["mark_last"].Run(context);
        scene.Api.Programs["target"].Run(buffer, Scene.Packet);
        context.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scene.Api.Programs["mark_last"].Run(context));
        Assert.Throws<ObjectDisposedException>(() => scene.Api.Programs["target"].Run(buffer, Scene.Packet));
        Assert.Throws<ObjectDisposedException>(() => context.Value);
        Assert.True(buffer.Packet.IsEmpty && buffer.Metadata.IsEmpty);
    }

    internal static void DisposedDuringTheRun(string engine)
    {
        using var scene = new Scene(engine);
        var context = new PlainContext<Page>();
        using BpfLink link = scene.Api.Programs["mark_last"].Functions["mark_last"].AttachEntry((in ProbeEvent e) => Scene.OnThread(context.Dispose));
        ref Page page = ref context.Value;
        scene.Api.Programs["mark_last"].Run(context);
        Assert.Equal(1ul, page[511]);
        var buffer = new PacketBuffer();
        using BpfLink other = scene.Seen.Attach((in ProbeEvent e) => Scene.OnThread(buffer.Dispose));
        Assert.Equal(2u, scene.Api.Programs["target"].Run(buffer, Scene.Packet));
    }

    internal static void CollectedDuringTheRun(string engine)
    {
        using var scene = new Scene(engine);
        PlainContext<Page>[] others = [];
        BpfProgram program = scene.Api.Programs["mark_last"];
        using BpfLink link = program.Functions["mark_last"].AttachEntry((in ProbeEvent e) =>
        {
            Scene.Collect();
            others = [.. Enumerable.Range(0, 64).Select(_ => new PlainContext<Page>())];
        });
        for (int i = 0; i < 10; i++)
        {
            RunForgotten(program);
            Assert.All(others, context => Assert.Equal(0ul, context.Value[511]));
        }
    }

    // Nothing holds the context during the run.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RunForgotten(BpfProgram program) => program.Run(new PlainContext<Page>());

    internal static void ReferenceWithoutItsOwner(string engine)
    {
        ref Big value = ref ForgottenValue();
        Scene.Collect();
        PlainContext<Big>[] others = [.. Enumerable.Range(0, 1000).Select(_ => new PlainContext<Big>())];
        value[63] = 7;
        Scene.Collect();
        Assert.Equal(7ul, value[63]);
        Assert.All(others, context => Assert.Equal(0ul, context.Value[63]));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static ref Big ForgottenValue() => ref new PlainContext<Big>().Value;

    internal static void PacketWithoutItsBuffer(string engine)
    {
        using var scene = new Scene(engine);
        ReadOnlySpan<byte> left = ForgottenPacket(scene.Api.Programs["target"]);
        Scene.Collect();
        PacketBuffer[] others = [.. Enumerable.Range(0, 64).Select(_ => new PacketBuffer())];
        foreach (PacketBuffer other in others)
            scene.Api.Programs["grow"].Run(other, new byte[64]);
        Assert.True(left.SequenceEqual(Scene.Packet));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static ReadOnlySpan<byte> ForgottenPacket(BpfProgram program)
    {
        var buffer = new PacketBuffer();
        program.Run(buffer, Scene.Packet);
        return buffer.Packet;
    }

    internal static void PacketOfANestedRun(string engine)
    {
        using var scene = new Scene(engine);
        int wrong = 0;
        using BpfLink link = scene.Seen.Attach((in ProbeEvent e) =>
        {
            byte[] other = [.. Scene.Packet.Reverse()];
            RunResult result = scene.Api.Programs["call_tail"].Run(other);
            ReadOnlySpan<byte> left = result.Packet;
            Scene.Collect();
            GC.KeepAlive(Enumerable.Range(0, 64).Select(_ => new PacketBuffer()).ToArray());
            wrong += left.SequenceEqual(other) ? 0 : 1;
        });
        for (int i = 0; i < 5; i++)
        {
            RunResult outer = scene.Api.Programs["target"].Run(Scene.Packet);
            wrong += outer.Packet.SequenceEqual(Scene.Packet) ? 0 : 1;
        }

        Assert.Equal((0, 5ul, 0ul), (wrong, link.Hits, link.Faults));
        RunResult none = default;
        Assert.True(none.Packet.IsEmpty && none.Metadata.IsEmpty && none.ReturnValue == 0);
    }

    internal static void PacketOfItsOwnBuffer(string engine)
    {
        using var scene = new Scene(engine);
        using var buffer = new PacketBuffer();
        scene.Api.Programs["grow"].Run(buffer, Scene.Packet);
        Assert.Equal(128, buffer.Packet.Length);
        byte[] before = buffer.Packet.ToArray();
        scene.Api.Programs["mark"].Run(buffer, buffer.Packet);
        Assert.True(buffer.Packet.SequenceEqual(before));
        scene.Api.Programs["grow"].Run(buffer, buffer.Packet[1..]);
        Assert.Equal(191, buffer.Packet.Length);
    }

    internal static void OneBufferForTwoRuns(string engine)
    {
        using var scene = new Scene(engine);
        using var buffer = new PacketBuffer();
        using var context = new PlainContext<Page>();
        BpfProgram onPacket = scene.Api.Programs["target"];
        BpfProgram onPage = scene.Api.Programs["mark_last"];
        var ids = new List<string>();
        void Refuse()
        {
            ids.Add(Scene.Refused(() => onPacket.Run(buffer, new byte[1000])));
            Scene.OnThread(() => ids.Add(Scene.Refused(() => onPacket.Run(buffer, new byte[1000]))));
            GC.KeepAlive(buffer.Packet.ToArray());
        }

        using BpfLink link = scene.Seen.Attach((in ProbeEvent e) => Refuse());
        using BpfLink other = onPage.Functions["mark_last"].AttachEntry((in ProbeEvent e) =>
        {
            ids.Add(Scene.Refused(() => onPage.Run(context)));
            Scene.OnThread(() => ids.Add(Scene.Refused(() => onPage.Run(context))));
        });
        for (int i = 0; i < 10; i++)
        {
            // By turns on this thread and on others: the buffer changes hands until it is held in common.
            Action run = () =>
            {
                Assert.Equal(2u, onPacket.Run(buffer, Scene.Packet));
                onPage.Run(context);
            };
            if (i % 2 == 0)
                run();
            else
                Scene.OnThread(run);
            Assert.True(buffer.Packet.SequenceEqual(Scene.Packet));
        }

        Assert.Equal((40, 0ul, 0ul), (ids.Count, link.Faults, other.Faults));
        Assert.All(ids, id => Assert.Equal(RuntimeDiagnostics.BufferInUse.Id, id));
    }

    internal static void OneBufferForManyThreads(string engine)
    {
        using var scene = new Scene(engine);
        for (int round = 0; round < 4; round++)
        {
            using var buffer = new PacketBuffer();
            using var context = new PlainContext<ulong>();
            BpfProgram addOne = scene.Api.Programs["add_one"];
            BpfProgram grow = scene.Api.Programs["grow"];
            int added = 0;
            Scene.Together(4, number =>
            {
                byte[] packet = new byte[64 + (16 * number)];
                for (int i = 0; i < 4000; i++)
                {
                    if (Scene.Try(() => addOne.Run(context)))
                        Interlocked.Increment(ref added);
                    Scene.Try(() => grow.Run(buffer, packet));
                    _ = buffer.Packet.Length + buffer.Metadata.Length;
                }
            });
            // A run that was not refused was alone: none of its additions is lost.
            Assert.Equal((ulong)added, context.Value);
        }
    }

    internal static void OddPackets(string engine)
    {
        using var scene = new Scene(engine);
        using var buffer = new PacketBuffer { Mark = 5, Priority = 6, IngressInterface = uint.MaxValue, ReceiveQueue = uint.MaxValue, EgressInterface = 9 };
        foreach (int length in (int[])[0, 1, 13, 14, 15, 1500, 65535, 65536, 1 << 20])
        {
            byte[] packet = new byte[length];
            foreach (BpfProgram program in scene.Api.Programs)
            {
                Scene.Try(() => program.Run(packet));
                Scene.Try(() => program.Run(buffer, packet));
                Scene.Try(() => program.RunBatch([packet, packet], new uint[2]));
            }
        }

        BpfProgram target = scene.Api.Programs["target"];
        Assert.Throws<ArgumentNullException>(() => target.Run(null!, Scene.Packet));
        Assert.Throws<ArgumentNullException>(() => target.Run<ulong>(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => target.TestRun(Scene.Packet, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => target.TestRun(Scene.Packet, int.MinValue));
        Assert.Throws<ArgumentException>(() => target.RunBatch([Scene.Packet], []));
        target.RunBatch([], []);
        Assert.Equal(64, target.TestRun(Scene.Packet, 3).Packet.Length);
    }

    // With options, with a limit of rounds and with a token: every way into a run checks alike.
    internal static void EveryWayIntoARun(string engine)
    {
        using var scene = new Scene(engine);
        BpfProgram fill = scene.Api.Programs["fill"];
        BpfProgram target = scene.Api.Programs["target"];
        using var stop = new CancellationTokenSource();
        foreach (RunOptions options in (RunOptions[])[default, new RunOptions { Rounds = 10 }, new RunOptions { CancellationToken = stop.Token }])
        {
            using var small = new PlainContext<ulong>();
            var right = new PlainContext<Big>();
            var buffer = new PacketBuffer();
            Assert.Equal(RuntimeDiagnostics.ContextSize.Id, Scene.Refused(() => fill.Run(small, options)));
            Assert.Equal(RuntimeDiagnostics.ContextSize.Id, Scene.Refused(() => fill.Run(small, options, out _)));
            int refused = 0;
            using BpfLink link = scene.Seen.Attach((in ProbeEvent e) =>
            {
                refused += Scene.Try(() => target.Run(buffer, Scene.Packet, options)) ? 0 : 1;
                refused += Scene.Try(() => target.Run(buffer, Scene.Packet, options, out _)) ? 0 : 1;
                Assert.Equal(64, scene.Api.Programs["call_tail"].Run(Scene.Packet, options).Packet.Length);
            });
            using BpfLink other = fill.Functions[0].AttachEntry((in ProbeEvent e) =>
            {
                refused += Scene.Try(() => fill.Run(right, options)) ? 0 : 1;
                refused += Scene.Try(() => fill.Run(right, options, out _)) ? 0 : 1;
            });
            target.Run(buffer, Scene.Packet, options);
            target.Run(buffer, Scene.Packet, options, out _);
            fill.Run(right, options);
            fill.Run(right, options, out _);
            Assert.Equal((8, 0ul, 0ul), (refused, link.Faults, other.Faults));
            Assert.True(target.TestRun(Scene.Packet, 2, options).Packet.SequenceEqual(Scene.Packet));
            target.RunBatch([Scene.Packet], new uint[1], options);
            Assert.Equal(1, target.RunBatch([Scene.Packet], new uint[1], options, out _));
            Assert.Throws<ArgumentException>(() => target.RunBatch([Scene.Packet], [], options));
            Assert.Throws<ArgumentNullException>(() => target.Run(null!, Scene.Packet, options));
            Assert.Throws<ArgumentNullException>(() => fill.Run<Big>(null!, options));
            right.Dispose();
            buffer.Dispose();
            Assert.Throws<ObjectDisposedException>(() => fill.Run(right, options));
            Assert.Throws<ObjectDisposedException>(() => target.Run(buffer, Scene.Packet, options));
        }
    }
}
