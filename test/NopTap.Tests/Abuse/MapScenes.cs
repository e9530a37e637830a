// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Abuse;

/// <summary>Maps: keys, values and modes of any shape, cursors of other maps, and disposal beside all of it.</summary>
static class MapScenes
{
    internal static void All(string[] arguments) => Scene.RunAll(typeof(MapScenes), arguments);

    internal static void FrozenTwice(string engine)
    {
        using var scene = new Scene(engine);
        BpfMap hash = scene.Api.Maps["hash"];
        hash.Freeze();
        Scene.Refused(hash.Freeze);
        Scene.Refused(() => hash.Update(new byte[4], new byte[512]));
        scene.Api.Programs["count"].Run(Scene.Packet);
        hash.Dispose();
        Assert.Throws<ObjectDisposedException>(hash.Freeze);
    }

    internal static void OddBytes(string engine)
    {
        using var scene = new Scene(engine);
        foreach (BpfMap map in scene.Api.Maps)
            Use(map);
        foreach (BpfMap map in scene.Api.Maps)
        {
            map.Dispose();
            map.Dispose();
            Assert.True(map.IsDisposed);
            Use(map);
        }
    }

    // Every member that takes bytes, with lengths that fit and that do not.
    static void Use(BpfMap map)
    {
        int[] lengths = [0, 1, 3, 4, 5, 8, 64, map.HostValueSize, map.HostValueSize + 1, 4096];
        MapUpdate[] modes = [MapUpdate.Any, MapUpdate.NoExist, MapUpdate.Exist, MapUpdate.Locked, (MapUpdate)99, (MapUpdate)ulong.MaxValue];
        var foreign = default(MapCursor);
        Scene.Try(() => map.LookupBatch(ref foreign, new byte[40], new byte[100_000]));
        foreach (int k in lengths)
        {
            byte[] key = new byte[k];
            key.AsSpan().Fill(k % 2 == 0 ? (byte)0 : (byte)0xff);
            Scene.Try(() => map.Lookup(key));
            Scene.Try(() => map.Delete(key));
            Scene.Try(() => map.GetNextKey(key, new byte[map.KeySize]));
            Scene.Try(() => map.GetNextKey([], key));
            Scene.Try(() => map.DeleteBatch(key));
            foreach (int v in lengths)
            {
                byte[] value = new byte[v];
                Scene.Try(() => map.TryLookup(key, value));
                Scene.Try(() => map.TryLookup(key, value, MapLookup.Locked));
                Scene.Try(() => map.TryLookup(key, value, (MapLookup)77));
                Scene.Try(() => map.LookupAndDelete(key, value));
                foreach (MapUpdate mode in modes)
                {
                    Scene.Try(() => map.Update(key, value, mode));
                    Scene.Try(() => map.TryUpdate(key, value, mode, out _));
                    Scene.Try(() => map.UpdateBatch(key, value, mode));
                }

                MapCursor cursor = foreign;
                Scene.Try(() => map.LookupBatch(ref cursor, key, value));
            }
        }

        Scene.Try(() => _ = map.Count);
        Scene.Try(() => GC.KeepAlive(map.Info));
    }

    internal static void OddViews(string engine)
    {
        using var scene = new Scene(engine);
        BpfMap hash = scene.Api.Maps["hash"];
        Scene.Refused(() => hash.As<ulong, Big>());
        Scene.Refused(() => hash.As<uint, ulong>());
        Scene.Refused(() => hash.AsPerProcessor<uint, Big>());
        Scene.Refused(() => scene.Api.Maps["ring"].As<uint, uint>());
        Scene.Refused(() => scene.Api.Maps["programs"].As<uint, uint>());
        Scene.Refused(() => scene.Api.Maps["outer"].As<uint, uint>());
        BpfMap<uint, Big> view = hash.As<uint, Big>();
        view[1] = default;
        Assert.Throws<KeyNotFoundException>(() => view[2]);
        Assert.Single(view);
        BpfPerProcessorMap<uint, uint> percpu = scene.Api.Maps["percpu"].AsPerProcessor<uint, uint>();
        Scene.Refused(() => scene.Api.Maps["percpu"].As<uint, uint>());
        Assert.Throws<ArgumentException>(() => percpu.TryGetValues(0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => percpu.TryGetValues(0, new uint[100_000]));
        Assert.Throws<ArgumentException>(() => percpu.Update(0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => percpu.Update(0, new uint[100_000]));
        Assert.Throws<ArgumentNullException>(() => percpu.Sum<uint>(0, null!));
        Assert.Throws<KeyNotFoundException>(() => percpu[99]);
        Scene.Refused(() => percpu.Delete(0));
        Assert.False(view.TryUpdate(1, default, MapUpdate.NoExist, out _));
        Assert.Throws<ArgumentException>(() =>
        {
            var cursor = default(MapCursor);
            view.LookupBatch(ref cursor, [], []);
        });

        // The enumeration goes on while its map goes.
        IEnumerator<KeyValuePair<uint, Big>> entries = view.GetEnumerator();
        Assert.True(entries.MoveNext());
        hash.Dispose();
        scene.Api.Dispose();
        Assert.Throws<ObjectDisposedException>(() => entries.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => view.TryGetValue(1, out _));
        Assert.Throws<ObjectDisposedException>(() => percpu.TryGetValues(0, out _));
    }

    internal static void DisposedBesideUsers(string engine)
    {
        for (int round = 0; round < 8; round++)
        {
            using var scene = new Scene(engine);
            BpfObject api = scene.Api;
            BpfMap hash = api.Maps["hash"];
            BpfMap<uint, Big> view = hash.As<uint, Big>();
            BpfProgram count = api.Programs["count"];
            int stage = round % 3;
            Scene.Together(4, number =>
            {
                for (int i = 0; i < 300; i++)
                {
                    bool isGoing = number switch
                    {
                        0 => Scene.Try(() => count.Run(Scene.Packet)),
                        1 => Scene.Try(() => view.Update((uint)i % 64, default)) & Scene.Try(() => view.Delete((uint)i % 60)),
                        2 => Scene.Try(() => GC.KeepAlive(view.ToArray())) & Scene.Try(() => hash.TryLookup([1, 0, 0, 0], new byte[512])),
                        _ when i < 50 => true,
                        _ when stage == 0 => Scene.Try(hash.Dispose),
                        _ when stage == 1 => Scene.Try(api.Dispose),
                        _ => Scene.Try(scene.Dispose),
                    };
                    if (!isGoing)
                        return;
                }
            });
        }
    }

    internal static void MapsInMaps(string engine)
    {
        using var scene = new Scene(engine);
        var outer = (BpfMapOfMaps)scene.Api.Maps["outer"];
        BpfProgram count = scene.Api.Programs["count"];
        Assert.Throws<ArgumentNullException>(() => outer.Set(0, null!));
        Scene.Refused(() => outer.Set(0, scene.Api.Maps["hash"]));
        Scene.Refused(() => outer.Set(4, scene.Runtime.CreateMap(outer.Template)));
        Assert.Throws<ArgumentException>(() => outer.Set([], scene.Runtime.CreateMap(outer.Template)));
        Assert.Throws<ArgumentException>(() => outer.Get([1]));
        Assert.Throws<ArgumentException>(() => outer.Clear([1]));
        Assert.Null(outer.Get(1));
        Scene.Together(4, number =>
        {
            for (int i = 0; i < 200; i++)
            {
                if (number == 0)
                {
                    using BpfMap inner = scene.Runtime.CreateMap(outer.Template);
                    Scene.Try(() => outer.Set(1, inner));
                }
                else if (number == 1)
                {
                    Scene.Try(() => outer.Clear(1));
                    Scene.Try(() => outer.Get(1)?.Lookup([1, 0, 0, 0]));
                }
                else
                {
                    count.Run(Scene.Packet);
                    _ = outer.Count;
                }
            }
        });
        BpfMap gone = scene.Runtime.CreateMap(outer.Template);
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => outer.Set(1, gone));
        outer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => outer.Get(1));
        using BpfMap late = scene.Runtime.CreateMap(outer.Template);
        Assert.Throws<ObjectDisposedException>(() => outer.Set(1, late));
    }

    internal static void ProgramsInArrays(string engine)
    {
        using var scene = new Scene(engine);
        var programs = (ProgramArrayMap)scene.Api.Maps["programs"];
        BpfProgram caller = scene.Api.Programs["call_tail"];
        BpfProgram target = scene.Api.Programs["target"];
        Assert.Throws<ArgumentNullException>(() => programs.Set(0, null!));
        Scene.Refused(() => programs.Set(4, target));
        Assert.Null(programs.Get(uint.MaxValue));
        Assert.False(programs.Clear(uint.MaxValue));
        programs.Set(0, target);
        Assert.Same(target, programs.Get(0));
        Assert.Equal(2u, caller.Run(Scene.Packet).ReturnValue);
        Scene.Together(3, number =>
        {
            for (int i = 0; i < 300; i++)
            {
                if (number == 0)
                    Scene.Try(() => programs.Set(0, target));
                else if (number == 1)
                    Scene.Try(() => programs.Clear(0));
                else
                    Scene.Try(() => caller.Run(Scene.Packet));
            }
        });
        target.Dispose();
        Scene.Try(() => programs.Set(0, target));
        Scene.Try(() => caller.Run(Scene.Packet));
        programs.Dispose();
        Scene.Try(() => programs.Set(0, caller));
        Scene.Try(() => programs.Clear(0));
        Scene.Try(() => caller.Run(Scene.Packet));
    }

    internal static void OddDefinitions(string engine)
    {
        using var scene = new Scene(engine);
        MapSpec good = scene.Api.Maps["hash"].Spec;
        Assert.Throws<ArgumentNullException>(() => scene.Runtime.CreateMap(null!));
        uint[] sizes = [0, 1, 3, 4, 7, 8, 4096, 1u << 20, int.MaxValue - 8, int.MaxValue, uint.MaxValue];
        foreach (MapType type in Enum.GetValues<MapType>())
        {
            foreach (uint size in sizes)
            {
                Make(scene, good with { Type = type, KeySize = size });
                Make(scene, good with { Type = type, KeySize = 4, ValueSize = size });
                Make(scene, good with { Type = type, KeySize = 4, ValueSize = size, MaxEntries = uint.MaxValue });
                Make(scene, good with { Type = type, KeySize = 0, ValueSize = 0, MaxEntries = size });
                Make(scene, good with { Type = type, Flags = size, SpinLockOffset = (int)size });
            }
        }

        Make(scene, good with { Type = MapType.Array, InitialValue = default, InitialEntries = default });
        Make(scene, good with { Type = MapType.Array, ValueSize = 4, InitialValue = [.. new byte[5]] });
        Make(scene, good with { Type = MapType.ArrayOfMaps, ValueSize = 4, Inner = null });
    }

    internal static void MapsGivenAndPinned(string engine)
    {
        using var scene = new Scene(engine);
        using var other = new Scene(engine);
        BpfObjectSpec spec = scene.Api.Spec;
        MapSpec hash = scene.Api.Maps["hash"].Spec;
        LoadOptions Give(string name, BpfMap map) => new() { Maps = ImmutableDictionary<string, BpfMap>.Empty.Add(name, map) };
        Assert.Throws<ArgumentNullException>(() => scene.Runtime.Load(spec, null!));
        Assert.Throws<ArgumentNullException>(() => new LoadOptions { Maps = null! });
        Assert.Throws<ArgumentException>(() => Give("hash", null!));
        Scene.Refused(() => scene.Runtime.Load(spec, Give("nothing", scene.Api.Maps["hash"])));
        Scene.Refused(() => scene.Runtime.Load(spec, Give("hash", scene.Api.Maps["array"])));
        Scene.Refused(() => scene.Runtime.Load(spec, Give("hash", other.Api.Maps["hash"])));
        BpfMap given = scene.Runtime.CreateMap(hash);
        BpfObject sharing = scene.Runtime.Load(spec, Give("hash", given));
        given.Dispose();
        sharing.Programs["count"].Run(Scene.Packet);
        Scene.Try(() => scene.Runtime.Load(spec, Give("hash", given)).Dispose());
        sharing.Dispose();
        Assert.Throws<ArgumentNullException>(() => scene.Runtime.Unpin(null!));
        Assert.False(scene.Runtime.Unpin("hash"));
        BpfMap pinned = scene.Runtime.CreateMap(hash with { Pinning = 1 });
        Assert.Same(pinned, scene.Runtime.PinnedMaps["hash"]);
        Scene.Refused(() => scene.Runtime.CreateMap(hash with { Pinning = 1, ValueSize = 8 }));
        Scene.Together(3, number =>
        {
            for (int i = 0; i < 100; i++)
            {
                Scene.Try(() => scene.Runtime.CreateMap(hash with { Pinning = 1 }).Lookup([0, 0, 0, 0]));
                Scene.Try(() => scene.Runtime.Unpin("hash"));
                Scene.Try(() => scene.Runtime.PinnedMaps["hash"].Dispose());
            }
        });
        scene.Dispose();
        Scene.Try(() => pinned.Lookup(new byte[4]));
        Assert.Throws<ObjectDisposedException>(() => scene.Runtime.CreateMap(hash with { Pinning = 1 }));
        Scene.Try(() => scene.Runtime.Unpin("hash"));
        Assert.Empty(scene.Runtime.PinnedMaps);
    }

    static void Make(Scene scene, MapSpec spec)
    {
        BpfMap? map = null;
        if (!Scene.Try(() => map = scene.Runtime.CreateMap(spec)))
            return;
        using (map)
        {
            byte[] key = new byte[map!.KeySize];
            Scene.Try(() => map.GetNextKey([], key));
            if (map.HostValueSize > 1 << 20)
                return;
            Scene.Try(() => map.Update(key, new byte[map.HostValueSize]));
            Scene.Try(() => map.Lookup(key));
        }
    }
}
