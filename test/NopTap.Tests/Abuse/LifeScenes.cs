// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;
using NopTap.TestKit.Leaks;

namespace NopTap.Tests.Abuse;

/// <summary>Runtimes, objects and programs: disposed of beside whoever uses them, and used afterwards.</summary>
static class LifeScenes
{
    internal static void All(string[] arguments) => Scene.RunAll(typeof(LifeScenes), arguments);

    internal static void OddRequests(string engine)
    {
        using var scene = new Scene(engine);
        Assert.Throws<ArgumentNullException>(() => scene.Runtime.Load((BpfObjectSpec)null!));
        Assert.Throws<ArgumentNullException>(() => scene.Runtime.Load((string)null!));
        Scene.Refused(() => scene.Runtime.Load("/nowhere/nothing.o"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfRuntime(new BpfRuntimeOptions { Engine = (BpfEngine)9 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfRuntime(new BpfRuntimeOptions { CodeCapacity = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfRuntime(new BpfRuntimeOptions { CodeCapacity = long.MaxValue }));
        Assert.Throws<KeyNotFoundException>(() => scene.Api.Probe("nothing"));
        Assert.Throws<KeyNotFoundException>(() => scene.Api.Probe("seen")); // several programs have it
        Assert.Throws<ArgumentNullException>(() => scene.Api.Programs[null!]);
        Assert.Throws<KeyNotFoundException>(() => scene.Api.Programs["nothing"]);
        Assert.Throws<ArgumentOutOfRangeException>(() => scene.Api.Programs[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => scene.Api.Maps[int.MaxValue]);
        Assert.False(scene.Api.Maps.TryGet("nothing", out _));
        Assert.Throws<ArgumentNullException>(() => ProgramTypes.Of(null!));
        Assert.False(ProgramTypes.TryGet((ProgramType)999, out _));
        Assert.Equal(8, PlainLayout.Of<ulong>().NativeSize);
        scene.Runtime.StatisticsEnabled = true;
        using var context = new PlainContext<ulong>();
        scene.Api.Programs["add_one"].Run(context);
        Assert.Equal(1ul, scene.Api.Programs["add_one"].Info.RunCount);
    }

    internal static void UsedAfterDisposal(string engine)
    {
        var scene = new Scene(engine);
        BpfObject api = scene.Api;
        api.Programs["target"].Run(Scene.Packet);
        api.Dispose();
        api.Dispose();
        Use(scene, api);
        scene.Runtime.Dispose();
        scene.Runtime.Dispose();
        Use(scene, api);
        Assert.Throws<ObjectDisposedException>(() => scene.Load("api"));
        Assert.Throws<ObjectDisposedException>(() => scene.Runtime.CreateMap(api.Maps["hash"].Spec));
        Assert.Empty(scene.Runtime.Programs);
        Assert.Empty(scene.Runtime.Maps);
    }

    static void Use(Scene scene, BpfObject api)
    {
        foreach (BpfProgram program in api.Programs)
        {
            Assert.ThrowsAny<Exception>(() => program.Run(Scene.Packet));
            using var context = new PlainContext<Big>();
            Assert.ThrowsAny<Exception>(() => program.Run(context));
            Assert.Throws<ObjectDisposedException>(() => program.Info);
            Assert.Throws<ObjectDisposedException>(() => program.ReadCode());
            Scene.Try(() => GC.KeepAlive((program.Verified, program.CompiledCode, program.IsBound, program.NotRunnable, program.Name, program.Spec, program.TypeInfo)));
            program.Dispose();
            foreach (BpfProbe probe in program.Probes)
                Scene.Try(() => probe.Attach((in ProbeEvent _) => { }));
            foreach (BpfFunction function in program.Functions)
                Scene.Try(() => function.AttachExit((in ProbeEvent _) => { }));
        }

        GC.KeepAlive((scene.Runtime.Options, scene.Runtime.Engine, scene.Runtime.Helpers.Added, scene.Runtime.AttachedLinks));
    }

    internal static void DisposedBesideEverything(string engine)
    {
        for (int round = 0; round < 12; round++)
        {
            var scene = new Scene(engine);
            BpfProgram grow = scene.Api.Programs["grow"];
            BpfProgram addOne = scene.Api.Programs["add_one"];
            Scene.Together(4, number =>
            {
                using var context = new PlainContext<ulong>();
                for (int i = 0; i < 100; i++)
                {
                    bool isGoing = number switch
                    {
                        0 => Scene.Try(() => grow.Run(Scene.Packet)) & Scene.Try(() => addOne.Run(context)),
                        1 => Scene.Try(() => grow.ReadCode()) & Scene.Try(() => GC.KeepAlive(grow.Info)),
                        2 => Scene.Try(() => GC.KeepAlive((scene.Runtime.Programs, scene.Runtime.Maps))) && i < 20,
                        _ => i < 30 || Scene.Try(round % 3 == 0 ? grow.Dispose : round % 3 == 1 ? scene.Api.Dispose : scene.Dispose),
                    };
                    if (!isGoing)
                        return;
                }
            });
            scene.Dispose();
        }
    }

    internal static void DisposedBesideLoading(string engine)
    {
        BpfObjectSpec spec = BpfObjectSpec.Load(Scene.PathOf("api"));
        for (int round = 0; round < 8; round++)
        {
            var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = Enum.Parse<BpfEngine>(engine), CodeCapacity = 4 << 20 });
            BpfObject?[] loaded = new BpfObject?[3];
            Scene.Together(3, number =>
            {
                for (int i = 0; i < 50; i++)
                {
                    if (number == 2 && i == round)
                        Scene.Try(runtime.Dispose);
                    if (!Scene.Try(() => loaded[number] = runtime.Load(spec)))
                        return;
                    Scene.Try(() => loaded[number]!.Programs["grow"].Run(Scene.Packet));
                    Scene.Try(() => runtime.CreateMap(spec.Maps[0]).Lookup(new byte[4]));
                }
            });
            foreach (BpfObject? one in loaded)
            {
                if (one is not null)
                    Assert.Throws<ObjectDisposedException>(() => one.Programs["grow"].Run(Scene.Packet));
            }

            Assert.Empty(runtime.Programs);
        }
    }

    internal static void ForgottenRuntime(string engine)
    {
        LeakCheck.Allow("a program that nobody disposed of keeps its slots and its maps");
        (BpfMap map, WeakReference runtime) = Forget(engine);
        for (int i = 0; i < 20; i++)
        {
            Scene.Collect();
            map.Update([1, 0, 0, 0], new byte[512]);
            Assert.Equal(512, map.Lookup([1, 0, 0, 0]).Length);
            GC.KeepAlive(runtime);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (BpfMap Map, WeakReference Runtime) Forget(string engine)
    {
        var scene = new Scene(engine);
        scene.Api.Programs["count"].Run(Scene.Packet);
        return (scene.Api.Maps["hash"], new WeakReference(scene.Runtime));
    }

    // The collector frees the memory of maps; a run that waits for it must not be waited for.
    internal static void MapForgottenDuringARun(string engine)
    {
        using var scene = new Scene(engine);
        using BpfLink link = scene.Seen.Attach((in ProbeEvent e) =>
        {
            ForgetMap(engine);
            Scene.Collect();
        });
        scene.Api.Programs["target"].Run(Scene.Packet);
        Assert.Equal(0ul, link.Faults);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ForgetMap(string engine)
    {
        var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = Enum.Parse<BpfEngine>(engine), CodeCapacity = 1 << 20 });
        runtime.CreateMap(new MapSpec { Name = "forgotten", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
    }

    // Thread.Interrupt makes any wait throw: no lock of native memory may stay taken for it, and nothing be half done.
    internal static void InterruptedAnywhere(string engine)
    {
        using var scene = new Scene(engine);
        BpfMap<uint, Big> view = scene.Api.Maps["hash"].As<uint, Big>();
        BpfProgram count = scene.Api.Programs["count"];
        bool isOver = false;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (uint i = 0; !Volatile.Read(ref isOver); i++)
            {
                try
                {
                    view.Update(i % 3, default);
                    view.Delete(i % 3);
                    count.Run(Scene.Packet);
                    if (number == 0)
                        count.Functions[0].AttachEntry((in ProbeEvent _) => { }).Dispose();
                }
                catch (ThreadInterruptedException)
                {
                    // Asked for.
                }
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        for (int i = 0; i < 4000; i++)
        {
            threads[i % threads.Length].Interrupt();
            Thread.Yield();
        }

        Volatile.Write(ref isOver, true);
        foreach (Thread thread in threads)
            thread.Join();
        view.Update(1, default);
        count.Run(Scene.Packet);
        Assert.Equal(1ul, view[1][0]);
    }
}
