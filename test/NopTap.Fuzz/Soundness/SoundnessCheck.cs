// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Loading;
using NopTap.Maps;
using NopTap.Verifier;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Soundness;

/// <summary>
/// Runs what the verifier accepts under the interpreter, which checks every access, and holds each step against what the verifier knew
/// there. It asks the verifier twice: as everybody does, and with every number counted where paths meet, so that each run must lie within
/// the states that were followed.
/// </summary>
public static class SoundnessCheck
{
    const int StateLimit = 1_000_000;

    // More steps of a run are not looked at either.
    const int InstructionBudget = SoundnessObserver.StepsOfARun;
    const int MostSlotsLeftOut = 64;

    /// <summary>Changes a state before it is collected, so that a test can see the check fail; null for none.</summary>
    internal delegate void Distortion(int slot, Snapshot state);

    /// <summary>Checks the programs of an object on packets.</summary>
    /// <param name="spec">The object.</param>
    /// <param name="packets">Packets; each is given to each program as it is and spoilt.</param>
    /// <param name="seed">For what is random.</param>
    /// <param name="tally">Takes the counts and finds.</param>
    public static void Object(BpfObjectSpec spec, IReadOnlyList<byte[]> packets, int seed, SoundnessTally tally) => Object(spec, packets, seed, tally, null);

    internal static void Object(BpfObjectSpec spec, IReadOnlyList<byte[]> packets, int seed, SoundnessTally tally, Distortion? distortion)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(packets);
        ArgumentNullException.ThrowIfNull(tally);
        using var runtime = new BpfRuntime(new BpfRuntimeOptions { Engine = BpfEngine.Interpreter, Rounds = 20_000 });
        BpfObject loaded;
        try
        {
            loaded = runtime.Load(spec);
        }
        catch (BpfException)
        {
            tally.Refused++;
            return;
        }

        using (loaded)
        {
            var random = new Random(seed);
            foreach (BpfProgram program in loaded.Programs)
            {
                if (program.TypeInfo.Kind is ContextKind.Xdp or ContextKind.Skb && program.IsBound)
                    Program(program, packets, random, tally, distortion);
            }
        }
    }

    static void Program(BpfProgram program, IReadOnlyList<byte[]> packets, Random random, SoundnessTally tally, Distortion? distortion)
    {
        tally.Programs++;
        SoundnessObserver? observer = Follow(program, random.Next(MostSlotsLeftOut), tally, distortion);
        program.Image!.Interpreter!.Observer = observer;
        foreach (byte[] packet in packets)
        {
            Stir(program.Maps, random);
            foreach (byte[] given in new[] { packet, Spoil(packet, random) })
            {
                observer?.Begin();
                if (Run(program, given, tally) is string fault)
                    tally.Finds.Add($"{program.Name}: {fault}\n{observer?.Failure}");
                if (observer?.Failure is string failure)
                    tally.Finds.Add($"{program.Name}: {failure}");
                if (tally.Finds.Count > 0)
                    return;
            }
        }

        tally.Steps += observer?.Checked ?? 0;
    }

    // Another question than that on which the program was accepted: it may be too much to answer, and then the program is run only.
    static SoundnessObserver? Follow(BpfProgram program, int phase, SoundnessTally tally, Distortion? distortion)
    {
        ImmutableArray<MapSpec> maps = [.. program.Maps.Select(map => map.Spec)];
        VerificationRequest request = VerificationRequests.For(program.Spec, maps, program.TypeInfo, program.Runtime.Helpers.For(program.Spec.Type));
        var graph = new ControlFlowGraph(program.Spec);
        RegisterSet[] live = Liveness.Compute(graph, request.Helpers);
        for (int stride = 1; stride <= MostSlotsLeftOut; stride *= 8)
        {
            var states = new ExploredStates(live, StateLimit, new SlotChoice(stride, phase % stride), distortion);
            if (!states.TryCollect(request))
                continue;
            tally.States += states.Count;
            var globals = new GlobalFunctions(graph, request.Helpers);
            return new SoundnessObserver(states, new Containment(program, request.Context), function => function > 0 && globals.Contains(function));
        }

        tally.Unfollowed++;
        return null;
    }

    static string? Run(BpfProgram program, byte[] packet, SoundnessTally tally)
    {
        tally.Runs++;
        try
        {
            RunResult result = program.Run(packet);
            if (result.Stop != RunStop.None)
                tally.Cut++;
            uint verdict = result.ReturnValue;
            return program.TypeInfo.ReturnRange is (long low, long high) && ((int)verdict < low || (int)verdict > high) ? $"returns {verdict}, where {low} to {high} is allowed" : null;
        }
        catch (BpfFaultException fault)
        {
            return fault.Diagnostic.ToString();
        }
    }

    static byte[] Spoil(byte[] packet, Random random)
    {
        byte[] spoilt = packet[..random.Next(Math.Min(14, packet.Length), packet.Length + 1)];
        for (int i = random.Next(8); i > 0; i--)
            spoilt[random.Next(spoilt.Length)] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
        return spoilt;
    }

    // What programs may write may hold anything when they begin.
    static void Stir(ImmutableArray<BpfMap> maps, Random random)
    {
        foreach (BpfMap map in maps)
        {
            if (map.IsFrozen || map.Type is not (MapType.Array or MapType.PercpuArray or MapType.Hash or MapType.PercpuHash) || map.Spec.Inner is not null || map.Spec.SpinLockOffset is not null)
                continue;
            byte[] key = new byte[map.KeySize];
            byte[] value = new byte[map.HostValueSize];
            bool array = map.Type is MapType.Array or MapType.PercpuArray;
            if (array)
                BitConverter.TryWriteBytes(key, random.Next((int)Math.Min(map.MaxEntries, 16)));
            else
                random.NextBytes(key);
            random.NextBytes(value);
            for (int i = 0; i < value.Length; i += 8)
            {
                // Small numbers, and those around the ends of views, lead to more places than noise does.
                ulong? word = random.Next(4) switch { 0 => (ulong)random.Next(20), 1 => (1UL << random.Next(64)) - (ulong)random.Next(3), 2 => (ulong)-random.Next(20), _ => null };
                if (word is ulong number && i + 8 <= value.Length)
                    BitConverter.TryWriteBytes(value.AsSpan(i), number);
            }

            map.TryUpdate(key, value, MapUpdate.Any, out _);
        }
    }
}
