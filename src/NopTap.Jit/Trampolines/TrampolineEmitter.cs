// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using Iced.Intel;

namespace NopTap.Jit.Trampolines;

/// <summary>Encodes one instruction after the other, so that the offset of the next is always known; forward jumps are bound later.</summary>
sealed class TrampolineEmitter : CodeWriter
{
    readonly Encoder _encoder;
    readonly ImmutableArray<(int Offset, ulong Target)>.Builder _calls = ImmutableArray.CreateBuilder<(int, ulong)>();
    byte[] _bytes = new byte[256];

    internal TrampolineEmitter() => _encoder = Encoder.Create(64, this);

    /// <summary>Offset of the next instruction.</summary>
    internal int Offset { get; private set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Offset);

    /// <summary>CALLs by rel32 that wait for the place of the image.</summary>
    internal ImmutableArray<(int Offset, ulong Target)> Calls => _calls.ToImmutable();

    public override void WriteByte(byte value)
    {
        if (Offset == _bytes.Length)
            Array.Resize(ref _bytes, 2 * Offset);
        _bytes[Offset++] = value;
    }

    internal void Emit(in Instruction instruction) => _encoder.Encode(instruction, (ulong)Offset);

    /// <summary>A near jump whose target <see cref="Bind"/> sets.</summary>
    /// <returns>What to bind.</returns>
    internal int EmitForward(Code code)
    {
        Emit(Instruction.CreateBranch(code, (ulong)Offset));
        return Offset;
    }

    /// <summary>Lets a forward jump land at the next instruction.</summary>
    internal void Bind(int jump) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(jump - 4), Offset - jump);

    /// <summary>A near jump back.</summary>
    internal void EmitBack(Code code, int target) => Emit(Instruction.CreateBranch(code, (ulong)target));

    /// <summary>CALL rel32 of an address in the code region.</summary>
    internal void EmitCall(ulong target)
    {
        Emit(Instruction.CreateBranch(Code.Call_rel32_64, (ulong)Offset));
        _calls.Add((Offset - 4, target));
    }

    /// <summary>Pads with single-byte NOPs until a 5-byte site fits the aligned word.</summary>
    internal void AlignSite()
    {
        while (!SitePatch.Fits((ulong)Offset))
            Emit(Instruction.Create(Code.Nopd));
    }

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            WriteByte(value);
    }

    /// <summary>Replaces bytes that were written before.</summary>
    internal void Overwrite(int offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes.AsSpan(offset));
}
