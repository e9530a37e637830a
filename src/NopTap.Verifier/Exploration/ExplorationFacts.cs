// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace NopTap.Verifier.Exploration;

/// <summary>What exploration learnt of a program, beyond that it may run.</summary>
sealed class ExplorationFacts : IProgramFacts
{
    /// <summary>In <see cref="Maps"/>: no call yet, or calls with different maps.</summary>
    public const int NoMap = -1;
    public const int ManyMaps = -2;

    /// <summary>In <see cref="Ways"/>.</summary>
    public const byte Taken = 1;
    public const byte Passed = 2;

    public ExplorationFacts(int slots, int functions)
    {
        Fields = new ContextField?[slots];
        Bases = new uint[slots];
        Ways = new byte[slots];
        Maps = new int[slots];
        Depths = new int[functions];
        ReadsUnwritten = new bool[functions];
        UnderLock = new bool[functions];
        Array.Fill(Maps, NoMap);
    }

    /// <summary>Context field that each slot accesses.</summary>
    public ContextField?[] Fields { get; }

    /// <summary>Kinds of address through which each slot accesses memory, a bit a <see cref="RegisterKind"/>.</summary>
    public uint[] Bases { get; }

    /// <summary>Ways that each conditional jump went: <see cref="Taken"/>, <see cref="Passed"/>.</summary>
    public byte[] Ways { get; }

    /// <summary>Times that each slot was come to.</summary>
    public int[] Visits { get; set; } = [];

    /// <summary>Map in r1 of each helper call.</summary>
    public int[] Maps { get; }

    /// <summary>Bytes of each function's frame that are touched.</summary>
    public int[] Depths { get; }

    /// <summary>Whether a function reads bytes of its frame that it did not write.</summary>
    public bool[] ReadsUnwritten { get; }

    /// <summary>Whether a function is entered or left while a spin lock is held.</summary>
    public bool[] UnderLock { get; }

    /// <summary>The path that was refused, or null.</summary>
    public RefusedPath? Refused { get; set; }

    public int Steps { get; set; }

    public int Checkpoints { get; set; }

    public int PeakWaiting { get; set; }

    public int ImpossibleBranches { get; set; }

    public int StackDepth(int function) => Depths[function];

    public bool ReadsUnwrittenStack(int function) => ReadsUnwritten[function];

    public bool RunsUnderLock(int function) => UnderLock[function];

    public int MapOfCall(int slot) => Math.Max(Maps[slot], -1);

    public bool IsVisited(int slot) => Visits[slot] != 0;

    // A later path that ended early decides as the path that covers it: what decided is compared precisely.
    public BranchFact BranchAt(int slot) => Ways[slot] switch
    {
        Taken => BranchFact.AlwaysTaken,
        Passed => BranchFact.NeverTaken,
        _ => BranchFact.Open,
    };

    public AddressKind AddressAt(int slot)
    {
        uint kinds = Bases[slot];
        if (kinds == 0)
            return AddressKind.Unknown;
        return BitOperations.IsPow2(kinds) ? KindOf((RegisterKind)BitOperations.TrailingZeroCount(kinds)) : AddressKind.Mixed;
    }

    static AddressKind KindOf(RegisterKind kind) => kind switch
    {
        RegisterKind.Context => AddressKind.Context,
        RegisterKind.Stack => AddressKind.Stack,
        RegisterKind.MapValue => AddressKind.MapValue,
        RegisterKind.MapKey => AddressKind.MapKey,
        RegisterKind.Packet or RegisterKind.PacketSlice => AddressKind.Packet,
        RegisterKind.PacketMeta => AddressKind.PacketMeta,
        RegisterKind.Memory or RegisterKind.Slice => AddressKind.Memory,
        _ => AddressKind.Unknown,
    };
}
