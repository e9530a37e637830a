// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Isa;

namespace NopTap.Helpers;

/// <summary>A dynptr as it lies in the program's frame, <c>struct bpf_dynptr</c>: 16 bytes that programs carry about and never look into.</summary>
/// <remarks>
/// Of a packet it keeps the context and not the address: a packet may move, and its length is asked anew at every use.
/// <code>| address of the memory or of the context : 64 | read-only : 1 | kind : 7 | length : 24 | offset : 32 |</code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal unsafe struct Dynptr
{
    /// <summary>Most bytes that one covers, as in the kernel.</summary>
    internal const uint MaximumLength = (1 << 24) - 1;

    const int KindShift = 24;
    const uint ReadOnlyBit = 1u << 31;

    byte* _target;
    uint _state;
    uint _offset;

    internal readonly bool IsNull => _target == null;

    internal readonly bool IsReadOnly => (_state & ReadOnlyBit) != 0;

    internal readonly uint Length => _state & MaximumLength;

    internal readonly bool IsPacket => Kind is DynptrKind.Skb or DynptrKind.Xdp;

    internal readonly DynptrKind Kind => (DynptrKind)((_state & ~ReadOnlyBit) >> KindShift);

    /// <summary>The memory, from its first byte on, whatever part of it the dynptr still covers.</summary>
    internal readonly byte* Target => _target;

    internal static Dynptr Of(DynptrKind kind, void* target, uint length, bool isReadOnly = false) => new()
    {
        _target = (byte*)target,
        _state = length | ((uint)kind << KindShift) | (isReadOnly ? ReadOnlyBit : 0),
    };

    /// <summary>Covers less.</summary>
    internal Errno Narrow(uint start, uint end)
    {
        if (IsNull || start > end)
            return Errno.EINVAL;
        if (end > Length)
            return Errno.ERANGE;
        _offset += start;
        _state = (_state & ~MaximumLength) | (end - start);
        return Errno.None;
    }

    /// <summary>Address of some of its bytes, or null: there are not so many, or the packet has become shorter.</summary>
    internal readonly byte* At(ulong offset, ulong length)
    {
        if (IsNull || !Covers(offset, length))
            return null;
        if (!IsPacket)
            return _target + _offset + offset;
        bool isXdp = Kind == DynptrKind.Xdp;
        byte* data = isXdp ? ((XdpContext*)_target)->Data : ((SkbContext*)_target)->Data;
        byte* end = isXdp ? ((XdpContext*)_target)->DataEnd : ((SkbContext*)_target)->DataEnd;
        ulong first = _offset + offset;
        return first + length <= (ulong)(end - data) ? data + first : null;
    }

    /// <summary>Whether the dynptr has so many bytes.</summary>
    internal readonly bool Covers(ulong offset, ulong length) => length <= Length && offset <= Length - length;
}

/// <summary>What a <see cref="Dynptr"/> points at.</summary>
internal enum DynptrKind
{
    /// <summary>A map's value.</summary>
    Local = 1,

    /// <summary>A reservation in a ring buffer.</summary>
    Ring,

    /// <summary>The packet of an <see cref="SkbContext"/>.</summary>
    Skb,

    /// <summary>The packet of an <see cref="XdpContext"/>.</summary>
    Xdp,
}
