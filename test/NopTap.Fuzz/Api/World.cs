// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.TestKit;

namespace NopTap.Fuzz.Api;

/// <summary>What a sequence begins with: one or two runtimes, some objects in them, packets and contexts.</summary>
static class World
{
    static readonly Lazy<BpfObjectSpec> s_spec = new(() => BpfObjectSpec.Load(ObjectPath));
    static readonly Lazy<BpfObjectSpec[]> s_others = new(() =>
    [
        .. ((string[])["sdt_args", "sdt_args_observers", "sdt_two_programs", "sdt_two_programs_observers", "locks", "maps_of_maps", "dynptrs", "iterators"])
            .Select(name => BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", name + ".bpf.o"))),
    ]);

    static readonly Lazy<byte[]> s_bytes = new(() => File.ReadAllBytes(ObjectPath));

    /// <summary>The object that has something of everything.</summary>
    internal static string ObjectPath => Repository.PathOf("test", "corpus", "calls", "world.bpf.o");

    /// <summary>Its bytes.</summary>
    internal static byte[] ObjectBytes => s_bytes.Value;

    /// <summary>Fills a pool.</summary>
    internal static void Build(Pool pool, SeededRandom random, BpfEngine? engine, Session session)
    {
        int runtimes = random.Below(3) == 0 ? 2 : 1;
        for (int i = 0; i < runtimes; i++)
        {
            BpfEngine chosen = engine ?? random.Pick<BpfEngine>([BpfEngine.Compiler, BpfEngine.Interpreter]);
            var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = chosen });
            pool.Add(runtime, random);
            AddHelpers(runtime.Helpers, random, session);
            BpfObject loaded = runtime.Load(s_spec.Value);
            pool.Add(loaded, random);
            AddAll(pool, random, loaded);
            if (random.Below(4) == 0)
                pool.Add(runtime.Load(random.Pick<BpfObjectSpec>(s_others.Value)), random);
        }

        pool.Add(s_spec.Value, random);
        pool.Add(random.Pick<BpfObjectSpec>(s_others.Value), random);
        pool.Add(new PacketBuffer(), random);
        pool.Add(new PlainContext<Word>(), random);
        pool.Add(new PlainContext<Middle>(), random);
        pool.Add(new PlainContext<Large>(), random);
    }

    /// <summary>A record like another but for one property, or null when it is no record.</summary>
    internal static object? Mutant(object value, ArgumentMaker arguments, SeededRandom random)
    {
        Type type = value.GetType();
        MethodInfo? clone = type.GetMethod("<Clone>$");
        PropertyInfo[] properties = clone is null ? [] : [.. type.GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0)];
        if (properties.Length == 0)
            return null;
        object copy = clone!.Invoke(value, null)!;
        PropertyInfo property = properties[random.Below(properties.Length)];
        object? content = arguments.Make(property.PropertyType, property.Name);
        // Maps of gigabytes would be given, and end the process by the system's hand.
        if (property.Name == "MaxEntries" && content is > 65536u)
            return null;
        try
        {
            property.SetValue(copy, content);
            return copy;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException)
        {
            return null; // refused, as it may be
        }
    }

    // As many kinds of delegates as there are.
    static void AddHelpers(HelperRegistry helpers, SeededRandom random, Session session)
    {
        if (random.Below(2) == 0)
        {
            helpers.Add("score", Callback<Func<ulong, ulong>>(session));
            helpers.Add("look", Callback<MemoryHelper>(session));
            helpers.Add("fill", Callback<FillHelper>(session));
            return;
        }

        helpers.Add("score", [HelperArgument.Anything], Callback<HostHelper>(session));
        helpers.Add("look", [HelperArgument.Memory, HelperArgument.Size], Callback<HostHelper>(session));
        helpers.Add("fill", [HelperArgument.MemoryUninitialized, HelperArgument.Size], Callback<HostHelper>(session));
    }

    static T Callback<T>(Session session)
        where T : Delegate => (T)CallbackEmitter.Make(typeof(T), session)!;

    static void AddAll(Pool pool, SeededRandom random, BpfObject loaded)
    {
        foreach (BpfProgram program in loaded.Programs)
        {
            pool.Add(program, random);
            foreach (Links.BpfProbe probe in program.Probes)
            {
                if (probe.IsAttachable || random.Below(16) == 0)
                    pool.Add(probe, random);
            }

            pool.Add(program.Functions[0], random);
        }

        foreach (BpfMap map in loaded.Maps)
        {
            pool.Add(map, random);
            if (View(map) is { } view && random.Below(2) == 0)
                pool.Add(view, random);
        }
    }

    // Random type parameters rarely fit a map.
    static object? View(BpfMap map) => (map.Type, map.KeySize, map.ValueSize) switch
    {
        (MapType.Hash or MapType.Array, 4, 8) => map.As<uint, ulong>(),
        (MapType.PercpuHash or MapType.PercpuArray, 4, 8) => map.AsPerProcessor<uint, ulong>(),
        (MapType.LpmTrie, 8, 8) => map.As<Prefix, ulong>(),
        _ => null,
    };
}
