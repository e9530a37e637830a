// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Benchmarks;

/// <summary>What does a map operation cost: from a program (the helper's core), from C#, and beside .NET's own dictionary?</summary>
[MemoryDiagnoser]
public unsafe class MapOps
{
    const uint Entries = 4096;

    readonly ConcurrentDictionary<uint, ulong> _dictionary = new();
    BpfMap _array = null!;
    BpfMap _hash = null!;
    BpfMap<uint, ulong> _arrayView = null!;
    BpfMap<uint, ulong> _hashView = null!;
    uint _key;

    [GlobalSetup]
    public void Setup()
    {
        _array = MapFactory.Create(Spec(MapType.Array), 1);
        _hash = MapFactory.Create(Spec(MapType.Hash), 2);
        _arrayView = _array.As<uint, ulong>();
        _hashView = _hash.As<uint, ulong>();
        for (uint i = 0; i < Entries; i++)
        {
            _dictionary[i] = i;
            _hashView[i] = i;
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _array.Dispose();
        _hash.Dispose();
    }

    [Benchmark(Baseline = true)]
    public ulong DictionaryLookup() => _dictionary[NextKey()];

    [Benchmark]
    public ulong ArrayLookupCore()
    {
        uint key = NextKey();
        return *(ulong*)MapOperations.Lookup(_array.Header, (byte*)&key, 0);
    }

    [Benchmark]
    public ulong HashLookupCore()
    {
        uint key = NextKey();
        return *(ulong*)MapOperations.Lookup(_hash.Header, (byte*)&key, 0);
    }

    [Benchmark]
    public ulong ArrayLookup() => _arrayView[NextKey()];

    [Benchmark]
    public ulong HashLookup() => _hashView[NextKey()];

    [Benchmark]
    public void HashUpdate() => _hashView[NextKey()] = 1;

    [Benchmark]
    public void DictionaryUpdate() => _dictionary[NextKey()] = 1;

    static MapSpec Spec(MapType type) => new() { Name = "bench", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = Entries };

    uint NextKey() => _key = ((_key * 5) + 1) % Entries;
}
