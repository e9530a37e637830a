// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;

namespace NopTap.Jit.Trampolines;

/// <summary>Machine code of a trampoline that can be placed at any multiple of <see cref="CodeMemory.Alignment"/>. Immutable.</summary>
internal sealed class TrampolineImage
{
    readonly byte[] _bytes;
    readonly ImmutableArray<(int Offset, ulong Target)> _calls;

    internal TrampolineImage(
        byte[] bytes,
        ImmutableArray<(int Offset, ulong Target)> calls,
        ImmutableArray<ObserverGate> gates,
        ImmutableArray<ObserverGate> exitGates)
    {
        _bytes = bytes;
        _calls = calls;
        Gates = gates;
        ExitGates = exitGates;
    }

    /// <summary>Bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>Gates in the order of <see cref="TrampolineRequest.Observers"/>.</summary>
    public ImmutableArray<ObserverGate> Gates { get; }

    /// <summary>Gates in the order of <see cref="TrampolineRequest.ExitObservers"/>.</summary>
    public ImmutableArray<ObserverGate> ExitGates { get; }

    /// <summary>The code for one place.</summary>
    /// <param name="baseAddress">Where it will run; within rel32 of everything that it calls.</param>
    public byte[] PlaceAt(ulong baseAddress)
    {
        byte[] bytes = [.. _bytes];
        foreach ((int offset, ulong target) in _calls)
        {
            long distance = unchecked((long)(target - (baseAddress + (ulong)offset + 4)));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), checked((int)distance));
        }

        return bytes;
    }
}
