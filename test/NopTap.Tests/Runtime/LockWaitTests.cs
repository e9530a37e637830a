// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Runtime;

/// <summary>Waits for locks whose holder does not come on: nothing that waits hinders others, fails, or goes on without the lock.</summary>
public sealed unsafe class LockWaitTests
{
    static readonly byte[] s_key = new byte[4];

    public static TheoryData<BpfEngine> Engines => Loaded.Engines;

    [Theory]
    [InlineData("pairs")]
    [InlineData("flows")]
    public void AnInterruptedUpdateStillGetsTheLockAndLeavesNoneTaken(string name)
    {
        using var runtime = new BpfRuntime();
        using BpfObject loaded = runtime.LoadCorpus("locks");
        BpfMap map = loaded.Maps[name];
        byte[] key = new byte[map.KeySize];
        map.Update(key, new byte[32]);
        int* word = WordOf(map, key);
        byte[] value = [.. Enumerable.Repeat((byte)7, 32)];
        Waited(word, () => map.Update(key, value, MapUpdate.Locked));
        Assert.Equal(0, *word);
        Assert.Equal(7, map.Lookup(key)[0]);
        if (map.Type == MapType.Hash)
            Assert.Equal(0, HashTable.BucketAt(map.Header, HashTable.Hash(Pinned(key), map.Header->KeySize, map.Header->HashSeed) & map.Header->BucketMask)->Lock);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void AnInterruptedRunStillGetsTheLock(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.LoadCorpus("locks");
        BpfMap map = loaded.Maps["pairs"];
        int* word = WordOf(map, s_key);
        Waited(word, () => loaded.Programs["count"].Run(Loaded.Packet));
        Assert.Equal(0, *word);
        Assert.Equal(1ul, BitConverter.ToUInt64(map.Lookup(s_key)));
    }

    // Runs an action on a thread that was interrupted, with the lock held until the thread sleeps; collections go on meanwhile.
    static void Waited(int* word, Action action)
    {
        ValueLock.Enter(word);
        Exception? thrown = null;
        var waiter = new Thread(() =>
        {
            Thread.CurrentThread.Interrupt();
            try
            {
                action();
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        waiter.Start();
        // After the interrupt was taken, not before: only then it sleeps.
        while (waiter.IsAlive && (waiter.ThreadState & ThreadState.WaitSleepJoin) == 0)
            Thread.Yield();
        GC.Collect();
        Assert.True(waiter.IsAlive, thrown?.ToString());
        Assert.Equal(1, *word);
        ValueLock.Exit(word);
        waiter.Join();
        Assert.Null(thrown);
    }

    static int* WordOf(BpfMap map, byte[] key) => ValueLock.Of(map.Header, MapOperations.Lookup(map.Header, Pinned(key), 0));

    static byte* Pinned(byte[] key)
    {
        byte[] pinned = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(pinned, 0);
        return (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
    }
}
