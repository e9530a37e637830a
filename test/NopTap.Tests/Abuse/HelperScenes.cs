// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Maps;

namespace NopTap.Tests.Abuse;

/// <summary>Helpers of the host: they run programs, recurse, throw, dispose of what runs, and keep what they got.</summary>
static class HelperScenes
{
    internal static void All(string[] arguments) => Scene.RunAll(typeof(HelperScenes), arguments);

    internal static void EndlessRecursion(string engine)
    {
        using var scene = new Scene(engine);
        BpfObject? hosts = null;
        int deepest = 0;
        int depth = 0;
        hosts = scene.LoadHosts(number =>
        {
            deepest = Math.Max(deepest, ++depth);
            try
            {
                return hosts!.Programs["call_on_packet"].Run(Scene.Packet).ReturnValue;
            }
            finally
            {
                depth--;
            }
        });
        Assert.Equal(RuntimeDiagnostics.NestedRuns.Id, Scene.FirstRefused(() => hosts.Programs["call_on_packet"].Run(Scene.Packet)));
        Assert.InRange(deepest, 8, 64);
    }

    internal static void EndlessRecursionThroughTrace(string engine)
    {
        using var scene = new Scene(engine);
        int lines = 0;
        scene.Runtime.Trace += message =>
        {
            lines++;
            scene.Api.Programs["print"].Run(Scene.Packet);
        };
        Assert.Equal(RuntimeDiagnostics.NestedRuns.Id, Scene.FirstRefused(() => scene.Api.Programs["print"].Run(Scene.Packet)));
        Assert.InRange(lines, 8, 64);
    }

    internal static void LittleStack(string engine)
    {
        using var scene = new Scene(engine);
        BpfObject? hosts = null;
        hosts = scene.LoadHosts(number => number < 3 ? hosts!.Programs["call_on_packet"].Run(Scene.Packet).ReturnValue : 0);
        string? id = null;
        foreach (int stack in (int[])[64 << 10, 100 << 10, 160 << 10, 256 << 10])
        {
            // At every depth of the stack there is: enough, or an exception.
            void Descend()
            {
                Span<byte> frame = stackalloc byte[1000];
                frame.Fill(1);
                hosts.Programs["call_on_packet"].Run(Scene.Packet);
                Descend();
                GC.KeepAlive(frame[0]);
            }

            Scene.OnThread(() => id = Scene.FirstRefused(Descend), stack);
            Assert.Equal(RuntimeDiagnostics.StackTooSmall.Id, id);
        }
    }

    internal static void LoadedWithLittleStack(string engine)
    {
        using var scene = new Scene(engine);
        scene.LoadHosts(_ => 0).Dispose();
        void Descend(Action action)
        {
            Span<byte> frame = stackalloc byte[16 << 10];
            frame.Fill(1);
            action();
            Descend(action);
            GC.KeepAlive(frame[0]);
        }

        foreach (Action action in (Action[])
            [
                () => scene.Load("hosts").Dispose(),
                () => scene.Seen.Attach((in ProbeEvent _) => { }).Dispose(),
                () => scene.Seen.AttachPrinter((BpfRingBuffer)scene.Api.Maps["ring"]).Dispose(),
            ])
        {
            Scene.OnThread(() => Assert.Equal(RuntimeDiagnostics.StackTooSmall.Id, Scene.Refused(() => Descend(action))), 256 << 10);
        }

        scene.Load("api").Dispose();
    }

    internal static void FaultOfTheOuterRun(string engine)
    {
        using var scene = new Scene(engine);
        uint nested = 0;
        BpfObject hosts = scene.LoadHosts(number =>
        {
            if (number == 1)
                throw new InvalidDataException("of the outer run");
            nested = scene.Api.Programs["target"].Run(Scene.Packet).ReturnValue;
            return 0;
        });
        var error = Assert.Throws<BpfOperationException>(() => hosts.Programs["call_twice"].Run(Scene.Packet));
        Assert.IsType<InvalidDataException>(error.InnerException);
        Assert.Equal(2u, nested);
        Assert.Equal(2u, scene.Api.Programs["target"].Run(Scene.Packet).ReturnValue);
    }

    internal static void MemoryWhileItIsDisposed(string engine)
    {
        var scene = new Scene(engine);
        BpfObject? hosts = null;
        bool isDisposing = false;
        void DisposeAll()
        {
            if (!isDisposing)
                return;
            hosts!.Maps["values"].Delete([1, 0, 0, 0]);
            foreach (BpfMap map in hosts.Maps)
                map.Dispose();
            hosts.Dispose();
            scene.Dispose();
            Scene.Collect();
        }

        hosts = scene.LoadHosts(
            _ => 0,
            memory =>
            {
                DisposeAll();
                return memory[511];
            },
            memory =>
            {
                DisposeAll();
                memory.Fill(3);
                return 0;
            });
        hosts.Maps["values"].Update([1, 0, 0, 0], new byte[512]);
        hosts.Programs["call_on_value"].Run(Scene.Packet);
        isDisposing = true;
        BpfProgram record = hosts.Programs["call_on_record"];
        record.Run(Scene.Packet);
        Assert.Throws<ObjectDisposedException>(() => record.Run(Scene.Packet));
    }

    internal static void RuntimeDisposedInside(string engine)
    {
        var scene = new Scene(engine);
        BpfObject hosts = scene.LoadHosts(number =>
        {
            scene.Dispose();
            Scene.Collect();
            return number;
        });
        BpfProgram program = hosts.Programs["call_on_structure"];
        using var context = new PlainContext<ulong>(5ul);
        Assert.Equal(6ul, program.Run(context));
        Assert.Equal(7ul, context.Value);
        Assert.Throws<ObjectDisposedException>(() => program.Run(context));
    }

    internal static void CallsWithoutACall(string engine)
    {
        Assert.Throws<InvalidOperationException>(() => default(HelperCall).Count);
        Assert.Throws<InvalidOperationException>(() => default(HelperCall).Processor);
        Assert.Throws<InvalidOperationException>(() => default(HelperCall)[0]);
        Assert.Throws<InvalidOperationException>(() => default(HelperCall).Memory(0));
        Assert.Throws<InvalidOperationException>(() => default(HelperCall).WritableMemory(0));
        Assert.Throws<InvalidOperationException>(() => default(HelperCall).Map(0));
    }

    internal static void OddRegistrations(string engine)
    {
        using var runtime = new BpfRuntime();
        HelperRegistry helpers = runtime.Helpers;
        static ulong Any(in HelperCall call)
        {
            // No index of what is not there gives anything.
            foreach (int index in (int[])[int.MinValue, -1, 1, 5, int.MaxValue])
            {
                int at = index;
                foreach (Func<HelperCall, ulong> use in (Func<HelperCall, ulong>[])
                    [c => c[at], c => (ulong)c.Memory(at).Length, c => (ulong)c.WritableMemory(at).Length, c => c.Map(at).Id])
                {
                    bool isRefused = false;
                    try
                    {
                        use(call);
                    }
                    catch (ArgumentOutOfRangeException)
                    {
                        isRefused = true;
                    }

                    Assert.True(isRefused);
                }
            }

            return call[0];
        }

        Scene.Refused(() => helpers.Add("x", default(ImmutableArray<HelperArgument>), Any));
        Scene.Refused(() => helpers.Add("x", [HelperArgument.Memory], Any));
        Scene.Refused(() => helpers.Add("x", [(HelperArgument)250], Any));
        Scene.Refused(() => helpers.Add("x", [.. Enumerable.Repeat(HelperArgument.Anything, 6)], Any));
        Scene.Refused(() => helpers.Add("x", [], Any, (HelperReturn)77));
        Scene.Refused(() => helpers.Add("", [], Any));
        Scene.Refused(() => helpers.Add("map_lookup_elem", [], Any));
        Assert.Throws<ArgumentNullException>(() => helpers.Add(null!, [], Any));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", [], null!));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", (Func<ulong>)null!));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", (Func<ulong, ulong>)null!));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", (Func<ulong, ulong, ulong>)null!));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", (Func<ulong, ulong, ulong, ulong>)null!));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", (MemoryHelper)null!));
        Assert.Throws<ArgumentNullException>(() => helpers.Add("x", (FillHelper)null!));
        Assert.Equal(0x10000, helpers.Add("any", [HelperArgument.Anything], Any));
        helpers.Add("look", (MemoryHelper)(_ => 0));
        helpers.Add("fill", (FillHelper)(_ => 0));
        for (int i = 3; i < HelperRegistry.Capacity; i++)
            helpers.Add($"helper{i}", () => 0);
        Scene.Refused(() => helpers.Add("one_more", () => 0));
        Assert.Equal(HelperRegistry.Capacity, helpers.Added.Length);
        using BpfObject hosts = runtime.Load(Scene.PathOf("hosts"));
        Assert.Equal(64u, hosts.Programs["call_on_packet"].Run(Scene.Packet).ReturnValue);
    }
}
