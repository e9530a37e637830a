// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Diagnostics;
using NopTap.Contexts;
using NopTap.TestKit;

namespace NopTap.Stress;

/// <summary>One stress: runners and flippers until the time is over, then everything detached must be as it was.</summary>
sealed class StressRun : IDisposable
{
    readonly StressOptions _options;
    readonly Tally _tally = new();
    readonly Traffic _traffic = new();
    readonly BpfRuntime _runtime;
    readonly BpfObject _mixer;
    readonly BpfObject _firewall;
    readonly CancellationTokenSource _stop = new();

    StressRun(StressOptions options)
    {
        _options = options;
        _runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = options.Engine });
        _mixer = _runtime.Load(Mixer.TargetObject());
        _firewall = _runtime.Load(Repository.PathOf("samples", "firewall", "firewall.bpf.o"));
    }

    internal static Tally Go(StressOptions options)
    {
        using var run = new StressRun(options);
        run.Run();
        return run._tally;
    }

    void Run()
    {
        byte[] mixerCode = _mixer.Programs["mixer"].ReadCode();
        byte[] firewallCode = _firewall.Programs["firewall"].ReadCode();
        var threads = new List<Thread>();
        for (int i = 0; i < _options.Runners; i++)
            threads.Add(Start(new Random(_options.Seed + (1000 * i)), RunTargets));
        for (int i = 0; i < _options.Flippers; i++)
            threads.Add(Start(new Random(_options.Seed + (1000 * i) + 1), random => new Flipper(_runtime, _mixer, _firewall, _tally, random).Run(_stop.Token)));
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < _options.Duration && _tally.Faults < 1000)
            Thread.Sleep(50);
        _stop.Cancel();
        foreach (Thread thread in threads)
            thread.Join();
        _tally.Check(_runtime.AttachedLinks.Count == 0, $"{_runtime.AttachedLinks.Count} links are left");
        _tally.Check(mixerCode.AsSpan().SequenceEqual(_mixer.Programs["mixer"].ReadCode()), "the mixer's code is not as it was");
        _tally.Check(firewallCode.AsSpan().SequenceEqual(_firewall.Programs["firewall"].ReadCode()), "the firewall's code is not as it was");
    }

    Thread Start(Random random, Action<Random> body)
    {
        var thread = new Thread(() =>
        {
            try
            {
                body(random);
            }
            catch (Exception e)
            {
                _tally.Fault(e.ToString());
            }
        });
        thread.Start();
        return thread;
    }

    void RunTargets(Random random)
    {
        const int Batch = 64;
        BpfProgram mixer = _mixer.Programs["mixer"];
        BpfProgram firewall = _firewall.Programs["firewall"];
        using var buffer = new PacketBuffer();
        byte[] packet = new byte[Mixer.PacketSize];
        while (!_stop.IsCancellationRequested)
        {
            for (int i = 0; i < Batch; i++)
            {
                ulong x = (ulong)random.NextInt64();
                BinaryPrimitives.WriteUInt64LittleEndian(packet, x);
                _tally.Check(mixer.Run(buffer, packet) == Mixer.Result(x), "the mixer's result is wrong");
                int index = random.Next(_traffic.Packets.Count);
                _traffic.Choose(index);
                _tally.Check(firewall.Run(buffer, _traffic.Packets[index]) == _traffic.Verdicts[index], "the firewall's verdict is wrong");
            }

            _tally.AddRuns(2 * Batch);
        }
    }

    public void Dispose()
    {
        _runtime.Dispose();
        _stop.Dispose();
    }
}
