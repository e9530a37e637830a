// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using NopTap.Benchmarks.Harness;
using NopTap.Maps;

namespace NopTap.Benchmarks.Questions;

/// <summary>What does a look-up cost, from a program and from C#? Maps of 4096 entries, all of them present, visited in no order.</summary>
internal static class MapsQuestion
{
    const uint Entries = 4096;

    internal static IEnumerable<Comparison> Comparisons()
    {
        using var bench = new Workbench();
        BpfObject maps = bench.Load("maps");
        BpfMap<uint, ulong> array = maps.Maps["array"].As<uint, ulong>();
        BpfMap<uint, ulong> hash = maps.Maps["hash"].As<uint, ulong>();
        BpfPerProcessorMap<uint, ulong> perProcessor = maps.Maps["percpu_hash"].AsPerProcessor<uint, ulong>();
        var dictionary = new ConcurrentDictionary<uint, ulong>();
        ulong[] values = new ulong[BpfMap.PossibleProcessors];
        for (uint key = 0; key < Entries; key++)
        {
            dictionary[key] = key;
            array[key] = key;
            hash[key] = key;
            perProcessor.Update(key, values);
        }

        yield return new Comparison("maps: from a program", "a round",
        [
            bench.Loop("none", maps.Programs["nothing"]),
            bench.Loop("array", maps.Programs["in_array"]),
            bench.Loop("per-processor array", maps.Programs["in_percpu_array"]),
            bench.Loop("hash", maps.Programs["in_hash"]),
            bench.Loop("per-processor hash", maps.Programs["in_percpu_hash"]),
            bench.Loop("hash, update", maps.Programs["update_hash"]),
        ]);
        yield return new Comparison("maps: from C#", "an operation",
        [
            OnKeys("ConcurrentDictionary", key => dictionary[key]),
            OnKeys("array", key => array[key]),
            OnKeys("hash", key => hash[key]),
            OnKeys("per-processor hash, all values", key => perProcessor.TryGetValues(key, values.AsSpan()) ? values[0] : 0),
            OnKeys("ConcurrentDictionary, update", key => dictionary[key] = key),
            OnKeys("hash, update", key => hash[key] = key),
        ]);
    }

    static Side OnKeys(string name, Func<uint, ulong> operation) => new(name, calls =>
    {
        uint key = 0;
        for (int i = 0; i < calls; i++)
        {
            key = ((key * 5) + 1) % Entries;
            operation(key);
        }
    });
}
