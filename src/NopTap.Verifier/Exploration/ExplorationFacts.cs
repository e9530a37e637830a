// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Exploration;

/// <summary>What exploration learnt of a program, beyond that it may run.</summary>
sealed class ExplorationFacts : IProgramFacts
{
    /// <summary>In <see cref="Maps"/>: no call yet, or calls with different maps.</summary>
    public const int NoMap = -1;
    public const int ManyMaps = -2;

    public ExplorationFacts(int slots, int functions)
    {
        Fields = new ContextField?[slots];
        Bases = new RegisterKind[slots];
        Maps = new int[slots];
        Depths = new int[functions];
        ReadsUnwritten = new bool[functions];
        Array.Fill(Maps, NoMap);
    }

    /// <summary>Context field that each slot accesses.</summary>
    public ContextField?[] Fields { get; }

    /// <summary>Kind of the address through which each slot accesses memory; NotWritten while none was seen.</summary>
    public RegisterKind[] Bases { get; }

    /// <summary>Map in r1 of each helper call.</summary>
    public int[] Maps { get; }

    /// <summary>Bytes of each function's frame that are touched.</summary>
    public int[] Depths { get; }

    /// <summary>Whether a function reads bytes of its frame that it did not write.</summary>
    public bool[] ReadsUnwritten { get; }

    public int Steps { get; set; }

    public int Checkpoints { get; set; }

    public int PeakWaiting { get; set; }

    public int ImpossibleBranches { get; set; }

    public int StackDepth(int function) => Depths[function];

    public bool ReadsUnwrittenStack(int function) => ReadsUnwritten[function];

    public int MapOfCall(int slot) => Math.Max(Maps[slot], -1);
}
