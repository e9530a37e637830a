// SPDX-License-Identifier: Apache-2.0

namespace NopTap;

/// <summary>What a run on a packet left behind.</summary>
/// <remarks>The spans point into the buffer of the run: valid until the next run on the same thread, or with the same buffer.</remarks>
public readonly ref struct RunResult
{
    internal RunResult(uint returnValue, TimeSpan duration, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> metadata, RunStop stop, long rounds)
    {
        ReturnValue = returnValue;
        Duration = duration;
        Packet = packet;
        Metadata = metadata;
        Stop = stop;
        Rounds = rounds;
    }

    /// <summary>The program's verdict: the low 32 bits of r0.</summary>
    public uint ReturnValue { get; }

    /// <summary>Time in the program; of a repeated run the mean.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The packet as the program left it.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    /// <summary>Metadata that an XDP program put before it.</summary>
    public ReadOnlySpan<byte> Metadata { get; }

    /// <summary>What stopped the run before its own end; then the verdict is that of a run which did less than it wanted to.</summary>
    public RunStop Stop { get; }

    /// <summary>Rounds that the run made, as <see cref="RunOptions"/> counts them; of a repeated run those of the last one.</summary>
    public long Rounds { get; }
}
