// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NopTap.Jit;

/// <summary>
/// The parts of the code whose size or bytes depend on where other parts come to lie: branches, sites, alignment, constants. Everything
/// else is straight bytes between them.
/// </summary>
/// <remarks>
/// Branches begin short. Each round lays everything out and makes those branches long that do not reach; a long one never becomes short
/// again, so the rounds end. Afterwards each part is written at its place.
/// <code>
/// straight bytes |part| straight bytes |part|part| straight bytes | constants
/// </code>
/// </remarks>
sealed class CodeLayout
{
    internal enum PartKind : byte
    {
        Jump,
        JumpIf,
        Call,
        CallConstant,
        LoadAddress,
        Align,
        Site,
    }

    struct Part
    {
        internal PartKind Kind;
        internal byte Operand;
        internal bool IsLong;
        internal int Target;
        internal int Position;
        internal int Offset;
        internal int Size;
    }

    const byte Int3 = CodeMemory.Int3;

    readonly List<Part> _parts = [];
    readonly List<(int Position, int Part)> _labels = [];
    readonly List<ulong> _constants = [];
    int _constantsOffset;

    /// <summary>Bytes before the constants, once laid out.</summary>
    internal int CodeLength { get; private set; }

    internal Label NewLabel()
    {
        _labels.Add((-1, 0));
        return new Label(_labels.Count - 1);
    }

    internal void Bind(Label label, int position) => _labels[label.Index] = (position, _parts.Count);

    internal int Add(PartKind kind, int position, int target, byte operand = 0)
    {
        _parts.Add(new Part { Kind = kind, Position = position, Target = target, Operand = operand });
        return _parts.Count - 1;
    }

    /// <summary>Number of a constant in the pool behind the code; equal constants share a place.</summary>
    internal int Constant(ulong value)
    {
        int index = _constants.IndexOf(value);
        if (index >= 0)
            return index;
        _constants.Add(value);
        return _constants.Count - 1;
    }

    /// <summary>Offset of a bound label once laid out; -1 for one that was never bound.</summary>
    internal int OffsetOf(Label label)
    {
        (int position, int part) = _labels[label.Index];
        return position < 0 ? -1 : position + Growth(part);
    }

    /// <summary>Offset of the 5 bytes of a site once laid out.</summary>
    internal int SiteOffset(int site) => _parts[site].Offset + _parts[site].Size - SitePatch.Size;

    internal byte[] Finish(ReadOnlySpan<byte> straight)
    {
        int end;
        do
            end = Place(straight.Length);
        while (Lengthen());

        CodeLength = end;
        _constantsOffset = (end + 7) & ~7;
        byte[] code = new byte[_constants.Count == 0 ? end : _constantsOffset + (8 * _constants.Count)];
        int read = 0;
        int write = 0;
        foreach (ref readonly Part part in CollectionsMarshal.AsSpan(_parts))
        {
            straight[read..part.Position].CopyTo(code.AsSpan(write));
            Write(part, code.AsSpan(part.Offset, part.Size));
            read = part.Position;
            write = part.Offset + part.Size;
        }

        straight[read..].CopyTo(code.AsSpan(write));
        if (_constants.Count != 0)
            code.AsSpan(end, _constantsOffset - end).Fill(Int3);
        for (int i = 0; i < _constants.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(code.AsSpan(_constantsOffset + (8 * i)), _constants[i]);
        return code;
    }

    int Place(int straightLength)
    {
        int growth = 0;
        foreach (ref Part part in CollectionsMarshal.AsSpan(_parts))
        {
            part.Offset = part.Position + growth;
            part.Size = SizeOf(part);
            growth += part.Size;
        }

        return straightLength + growth;
    }

    static int SizeOf(in Part part) => part.Kind switch
    {
        PartKind.Jump => part.IsLong ? 5 : 2,
        PartKind.JumpIf => part.IsLong ? 6 : 2,
        PartKind.Call => 5,
        PartKind.CallConstant => 6,
        PartKind.LoadAddress => 7,
        PartKind.Align => -part.Offset & (part.Target - 1),
        _ => SitePadding(part.Offset) + SitePatch.Size,
    };

    // A site that would cross the end of its aligned word moves to the next one.
    static int SitePadding(int offset) => (offset & 7) <= 8 - SitePatch.Size ? 0 : 8 - (offset & 7);

    bool Lengthen()
    {
        bool hasChanged = false;
        foreach (ref Part part in CollectionsMarshal.AsSpan(_parts))
        {
            if (part.IsLong || part.Kind is not (PartKind.Jump or PartKind.JumpIf))
                continue;
            int distance = OffsetOf(new Label(part.Target)) - (part.Offset + part.Size);
            if (distance == (sbyte)distance)
                continue;
            part.IsLong = true;
            hasChanged = true;
        }

        return hasChanged;
    }

    int Growth(int part) => part == 0 ? 0 : _parts[part - 1].Offset + _parts[part - 1].Size - _parts[part - 1].Position;

    void Write(in Part part, Span<byte> bytes)
    {
        switch (part.Kind)
        {
            case PartKind.Jump when !part.IsLong:
                bytes[0] = 0xeb;
                bytes[1] = (byte)Distance(part);
                break;
            case PartKind.JumpIf when !part.IsLong:
                bytes[0] = (byte)(0x70 | part.Operand);
                bytes[1] = (byte)Distance(part);
                break;
            case PartKind.Jump:
                WriteRelative(part, bytes, [0xe9]);
                break;
            case PartKind.JumpIf:
                WriteRelative(part, bytes, [0x0f, (byte)(0x80 | part.Operand)]);
                break;
            case PartKind.Call:
                WriteRelative(part, bytes, [0xe8]);
                break;
            case PartKind.CallConstant:
                // call qword [rip + rel32]
                bytes[0] = 0xff;
                bytes[1] = 0x15;
                BinaryPrimitives.WriteInt32LittleEndian(bytes[2..], _constantsOffset + (8 * part.Target) - (part.Offset + part.Size));
                break;
            case PartKind.LoadAddress:
                // lea r64, [rip + rel32]
                WriteRelative(part, bytes, [(byte)(0x48 | ((part.Operand >> 3) << 2)), 0x8d, (byte)(0x05 | ((part.Operand & 7) << 3))]);
                break;
            case PartKind.Align:
                bytes.Fill(Int3);
                break;
            case PartKind.Site:
                Padding(bytes.Length - SitePatch.Size).CopyTo(bytes);
                SitePatch.Nop.CopyTo(bytes[^SitePatch.Size..]);
                break;
            default:
                throw new UnreachableException($"BUG: part of kind {part.Kind}");
        }
    }

    int Distance(in Part part)
    {
        int target = OffsetOf(new Label(part.Target));
        return target >= 0 ? target - (part.Offset + part.Size) : throw new UnreachableException("BUG: branch to a label without a place");
    }

    void WriteRelative(in Part part, Span<byte> bytes, ReadOnlySpan<byte> opcode)
    {
        opcode.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[opcode.Length..], Distance(part));
    }

    // The recommended NOPs (Intel SDM volume 2, table 4-12).
    static ReadOnlySpan<byte> Padding(int length) => length switch
    {
        0 => [],
        1 => [0x90],
        2 => [0x66, 0x90],
        3 => [0x0f, 0x1f, 0x00],
        _ => [0x0f, 0x1f, 0x40, 0x00],
    };
}
