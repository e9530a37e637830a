// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Maps;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Tests.Maps;

/// <summary>Look-ups in hashes that machine code makes itself, against those of the runtime.</summary>
public sealed unsafe class EmittedLookupTests
{
    // r1 is the address of the map, r2 that of the key. The call has no helper to fall back to: it must be emitted. What a call may not
    // change is filled before and checked behind it.
    const string LookUp = """
        r6 = 6
        r7 = 7
        r8 = 8
        r9 = 9
        call 1
        if r6 != 6 goto bad
        if r7 != 7 goto bad
        if r8 != 8 goto bad
        if r9 != 9 goto bad
        exit
        bad:
        r0 = 1
        exit
        """;

    public static TheoryData<MapType, uint> Shapes()
    {
        var shapes = new TheoryData<MapType, uint>();
        foreach (uint size in (uint[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 23, 24, 32, 33, 40, 41, 47, 64, 71, 200])
        {
            shapes.Add(MapType.Hash, size);
            shapes.Add(MapType.PercpuHash, size);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void FindsWhatTheRuntimeFinds(MapType type, uint keySize)
    {
        // 100 keys in a map of 61 have chains and misses; a third of the steps changes the map.
        using BpfMap map = MapFixture.Create(type, key: keySize, value: 12, entries: 61);
        using JitRunner jit = Compile(map);
        jit.Thread.Processor = (uint)Math.Min(1, ProcessorSlots.Count - 1);
        var random = new Random((int)keySize);
        byte[][] keys = [.. Enumerable.Range(0, 100).Select(number => KeyOf(number, keySize))];
        byte* value = stackalloc byte[16];
        int found = 0;
        for (int i = 0; i < 4000; i++)
        {
            fixed (byte* key = keys[random.Next(keys.Length)])
            {
                switch (random.Next(6))
                {
                    case 0:
                        MapOperations.Update(map.Header, key, value, 0, jit.Thread.Processor);
                        break;
                    case 1:
                        MapOperations.Delete(map.Header, key);
                        break;
                    default:
                        ulong want = (ulong)MapOperations.Lookup(map.Header, key, jit.Thread.Processor);
                        Assert.Equal(want, jit.Run((ulong)map.Header, (ulong)key));
                        found += want != 0 ? 1 : 0;
                        break;
                }
            }
        }

        Assert.InRange(found, 200, 2500);
    }

    [Theory]
    [InlineData(MapType.Hash, 4)]
    [InlineData(MapType.Hash, 8)]
    [InlineData(MapType.Hash, 13)]
    [InlineData(MapType.Hash, 48)]
    [InlineData(MapType.PercpuHash, 4)]
    public void FindsItsKeysWhileOthersRecycleElements(MapType type, uint keySize)
    {
        // Two buckets and three elements that wander between them: walks often come to the end of the other chain. The keys that stay must
        // be found always, the absent one never.
        using BpfMap map = MapFixture.Create(type, key: keySize, entries: 6);
        using JitRunner jit = Compile(map);
        map.Header->BucketMask = 1;
        byte[][] keys = [.. Enumerable.Range(0, 8).Select(number => KeyOf(number, keySize))];
        ulong zero = 0;
        foreach (byte[] key in keys.AsSpan(0, 3))
            Set(map, key, &zero);
        bool stop = false;
        int changes = 0;
        var writer = new Thread(() =>
        {
            ulong written = 0;
            for (int i = 0; !Volatile.Read(ref stop); i++)
            {
                Set(map, keys[3 + (i % 3)], &written);
                Remove(map, keys[3 + ((i + 1) % 3)]);
                Volatile.Write(ref changes, i);
            }
        });
        writer.Start();
        try
        {
            for (int rounds = 0; rounds < 2 || Volatile.Read(ref changes) < 20_000; rounds++)
            {
                for (int i = 0; i < 2000; i++)
                {
                    fixed (byte* key = keys[i % 3], absent = keys[7])
                    {
                        Assert.Equal((ulong)MapOperations.Lookup(map.Header, key, 0), jit.Run((ulong)map.Header, (ulong)key));
                        Assert.NotEqual(0UL, jit.Run((ulong)map.Header, (ulong)key));
                        Assert.Equal(0UL, jit.Run((ulong)map.Header, (ulong)absent));
                    }
                }
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            writer.Join();
        }
    }

    [Fact]
    public void StartsAgainWhenTheChainEndsInAnotherBucket()
    {
        // A reader stands on an element that moves to another bucket: made by hand here, undone by a second thread.
        using BpfMap map = MapFixture.Create(MapType.Hash, entries: 4);
        using JitRunner jit = Compile(map);
        map.Header->BucketMask = 1;
        byte[] present = KeyOf(1, 4);
        ulong value = 0;
        Set(map, present, &value);
        fixed (byte* key = present)
        {
            uint bucket = HashTable.Hash(key, 4, map.Header->HashSeed) & 1;
            int number = HashTable.BucketAt(map.Header, bucket)->Head;
            byte* element = HashTable.ElementAt(map.Header, number);
            uint hash = HashTable.HashOf(element);
            HashTable.NextOf(element) = unchecked((int)0x80000000 | (int)(1 - bucket));
            Volatile.Write(ref *(uint*)(element + 4), ~hash);
            ulong found = 0;
            ulong address = (ulong)key;
            var reader = new Thread(() => found = jit.Run((ulong)map.Header, address));
            reader.Start();
            Assert.False(reader.Join(50));
            Volatile.Write(ref *(uint*)(element + 4), hash);
            Assert.True(reader.Join(TimeSpan.FromMinutes(5)));
            Assert.Equal((ulong)HashTable.ValueOf(map.Header, number, 0), found);
        }
    }

    [Fact]
    public void ReadsTheSameClockAsTheHelper()
    {
        var helpers = new Dictionary<int, nint> { [InternalHelpers.ClockGetTime] = Clock.Function }.ToFrozenDictionary();
        Assert.NotEqual(0, Clock.Function);
        using var jit = new JitRunner(UnverifiedProgram.TrustUnverified(Assembler.Parse(LookUp.Replace("call 1", "call 5", StringComparison.Ordinal))), helpers);
        ulong last = Clock.Monotonic;
        for (int i = 0; i < 1000; i++)
        {
            ulong emitted = jit.Run();
            Assert.InRange(emitted, last, last + 10_000_000_000);
            last = Clock.Monotonic;
            Assert.InRange(last, emitted, emitted + 10_000_000_000);
        }
    }

    static JitRunner Compile(BpfMap map) => new(new CompilationRequest
    {
        Program = WithMap(UnverifiedProgram.TrustUnverified(Assembler.Parse(LookUp))),
        Helpers = FrozenDictionary<int, nint>.Empty,
        Maps = [(nint)map.Header],
        MapValues = [0],
        MapSpecs = [map.Spec],
        BaseAddress = 0,
    });

    static VerifiedProgram WithMap(VerifiedProgram program)
    {
        ImmutableArray<InstructionFacts> facts = [.. program.Facts.Select(fact => fact with { MapIndex = 0 })];
        return new VerifiedProgram(program.Spec, null, program.Instructions, program.Functions, facts, program.Sites);
    }

    static void Set(BpfMap map, byte[] key, ulong* value)
    {
        fixed (byte* start = key)
            MapOperations.Update(map.Header, start, (byte*)value, 0, 0);
    }

    static void Remove(BpfMap map, byte[] key)
    {
        fixed (byte* start = key)
            MapOperations.Delete(map.Header, start);
    }

    // Keys that differ only at their very end, in their first byte or everywhere, and no bytes behind them that could help.
    static byte[] KeyOf(int number, uint size)
    {
        byte[] key = GC.AllocateArray<byte>((int)size, pinned: true);
        switch (number % 3)
        {
            case 0:
                key[^1] = (byte)number;
                break;
            case 1:
                key[0] = (byte)number;
                break;
            default:
                new Random(number).NextBytes(key);
                break;
        }

        return key;
    }
}
