// SPDX-License-Identifier: Apache-2.0

using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Exploration;

/// <summary>What a register holds.</summary>
enum RegisterKind : byte
{
    /// <summary>Nothing was written.</summary>
    NotWritten,

    /// <summary>A number.</summary>
    Scalar,

    /// <summary>The program's context.</summary>
    Context,

    /// <summary>An address in a frame.</summary>
    Stack,

    /// <summary>A map.</summary>
    Map,

    /// <summary>An address in a map's value.</summary>
    MapValue,

    /// <summary>A map's key, as a callback gets it.</summary>
    MapKey,

    /// <summary>An address in the packet.</summary>
    Packet,

    /// <summary>An address in the metadata before the packet.</summary>
    PacketMeta,

    /// <summary>One past the end of the packet.</summary>
    PacketEnd,

    /// <summary>Memory of a known size: a helper returned it, or it is an argument of a global function.</summary>
    Memory,

    /// <summary>A function of the program.</summary>
    Function,

    /// <summary>The context of an observed program.</summary>
    TargetContext,

    /// <summary>Memory that a dynptr gave out and that is lost with it.</summary>
    Slice,

    /// <summary>Memory in the packet that a dynptr gave out; lost when the packet moves.</summary>
    PacketSlice,

    /// <summary>Never in a register: an iterator that fills a stack slot.</summary>
    Iterator,

    /// <summary>Never in a register: half of a dynptr, which fills two stack slots.</summary>
    Dynptr,

    /// <summary>A socket in any state: its common fields may be read.</summary>
    SocketCommon,

    /// <summary>A full socket.</summary>
    Socket,

    /// <summary>A TCP socket's own record.</summary>
    TcpSocket,

    /// <summary>An entry of an XSKMAP.</summary>
    XdpSocket,
}

/// <summary>Everything known of one register or spilled slot. A value: copying a frame copies these.</summary>
struct RegisterState
{
    /// <summary>The number, or the variable part of an address.</summary>
    public ScalarRange Range;

    /// <summary>Constant part of an address.</summary>
    public int Offset;

    /// <summary>Equal for values that are equal or differ by constants; 0 for none. For addresses it names the variable part.</summary>
    public int Id;

    /// <summary>The reservation that must be given back, or 0; of an address in a value with a spin lock the look-up that it came from.</summary>
    public int Reference;

    /// <summary>
    /// Map of Map, MapValue, MapKey; function of Function; frame of Stack; of Memory the argument that points to it, 0 where a helper returned
    /// it; name of the dynptr of Slice; state of Iterator; <see cref="DynptrKind"/> of Dynptr.
    /// </summary>
    public int Index;

    /// <summary>Bytes of Memory; bytes behind the variable part that were compared with the end, for packets.</summary>
    public int Size;

    public RegisterKind Kind;

    /// <summary>Whether an address may be null.</summary>
    public bool Nullable;

    /// <summary>In a checkpoint: whether the exact number mattered behind it.</summary>
    public bool Precise;

    /// <summary>Whether memory may only be read.</summary>
    public bool ReadOnly;

    public readonly bool IsScalar => Kind == RegisterKind.Scalar;

    public readonly bool IsPointer => Kind > RegisterKind.Scalar;

    public readonly bool IsSocket => Kind is RegisterKind.SocketCommon or RegisterKind.Socket or RegisterKind.TcpSocket or RegisterKind.XdpSocket;

    public readonly bool IsPacket => Kind is RegisterKind.Packet or RegisterKind.PacketMeta or RegisterKind.PacketEnd;

    /// <summary>Whether it is memory that a global function was handed.</summary>
    public readonly bool IsArgument => Kind == RegisterKind.Memory && Index != 0;

    /// <summary>Whether it is memory of <see cref="Size"/> bytes.</summary>
    public readonly bool IsGivenMemory => Kind is RegisterKind.Memory or RegisterKind.Slice or RegisterKind.PacketSlice;

    public readonly bool IsNull => Kind == RegisterKind.Scalar && Range.IsConstant && Range.Value == 0;

    /// <summary>Whether an address has no variable part.</summary>
    public readonly bool IsFixed => Range.IsConstant && Range.Value == 0;

    public static RegisterState Number(in ScalarRange range) => new() { Kind = RegisterKind.Scalar, Range = range };

    public static RegisterState Constant(ulong value) => Number(ScalarRange.Constant(value));

    public static RegisterState Unknown => Number(ScalarRange.Unknown);

    public static RegisterState Pointer(RegisterKind kind, int index = 0) => new() { Kind = kind, Index = index, Range = ScalarRange.Constant(0) };

    public override readonly string ToString() => RegisterText.Describe(this);
}
