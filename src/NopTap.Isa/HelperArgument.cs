// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>What a helper wants of one argument (the kernel's <c>enum bpf_arg_type</c>).</summary>
public enum HelperArgument
{
    /// <summary>Any initialised value.</summary>
    Anything,

    /// <summary>A map, by a constant reference.</summary>
    ConstMapPointer,

    /// <summary>Readable memory of the map's key size.</summary>
    MapKey,

    /// <summary>Readable memory of the map's value size.</summary>
    MapValue,

    /// <summary>Writable memory of the map's value size; need not be initialised.</summary>
    MapValueUninitialized,

    /// <summary>Readable memory; the next argument is its size.</summary>
    Memory,

    /// <summary>As <see cref="Memory"/>, or null.</summary>
    MemoryOrNull,

    /// <summary>Writable memory, need not be initialised; the next argument is its size.</summary>
    MemoryUninitialized,

    /// <summary>Size in bytes of the memory argument before it; not zero.</summary>
    Size,

    /// <summary>Size in bytes of the memory argument before it; may be zero.</summary>
    SizeOrZero,

    /// <summary>Constant size of the allocation that the helper returns.</summary>
    ConstantAllocationSize,

    /// <summary>The program's context, unmodified.</summary>
    Context,

    /// <summary>A static subprogram, called back.</summary>
    Callback,

    /// <summary>Stack memory handed to a callback, or null.</summary>
    StackOrNull,

    /// <summary>Memory that a reserve helper returned; given back by this call.</summary>
    AllocatedMemoryReleased,

    /// <summary>NUL-terminated string in read-only memory.</summary>
    ConstantString,

    /// <summary>Writable memory of 8 bytes, aligned.</summary>
    PointerToLong,

    /// <summary>Writable memory that is initialised, or null; the next argument is its size.</summary>
    WritableMemoryOrNull,

    /// <summary>Address of the <c>struct bpf_spin_lock</c> in a map value.</summary>
    SpinLock,

    /// <summary>Any number; no address.</summary>
    Number,

    /// <summary>Memory on the stack that becomes an iterator.</summary>
    NewIterator,

    /// <summary>An iterator on the stack.</summary>
    Iterator,

    /// <summary>An iterator on the stack; ended by this call.</summary>
    IteratorReleased,

    /// <summary>Memory on the stack that becomes a dynptr.</summary>
    NewDynptr,

    /// <summary>A dynptr on the stack.</summary>
    Dynptr,

    /// <summary>A dynptr of a ring-buffer reservation; given back by this call.</summary>
    DynptrReleased,

    /// <summary>A map's value, writable; the next argument is its size.</summary>
    MapValueMemory,

    /// <summary>Writable memory, or null; the next argument, <see cref="ConstantSize"/>, is its size.</summary>
    BufferOrNull,

    /// <summary>Constant size in bytes of the memory argument before it, and of the memory that the helper returns.</summary>
    ConstantSize,

    /// <summary>Writable memory that is initialised; the next argument is its size.</summary>
    WritableMemory,

    /// <summary>Writable memory of 4 bytes, aligned.</summary>
    PointerToInt,

    /// <summary>Readable memory of the 20 bytes of an IPv4 header without options.</summary>
    Ipv4Header,

    /// <summary>Readable memory of the 40 bytes of an IPv6 header.</summary>
    Ipv6Header,

    /// <summary>Readable memory of the 20 bytes of a TCP header without options.</summary>
    TcpHeader,

    /// <summary>The constant 0.</summary>
    Zero,

    /// <summary>As <see cref="Context"/>, or null.</summary>
    ContextOrNull,

    /// <summary>Readable memory of the map's value size, or null.</summary>
    MapValueOrNull,

    /// <summary>A socket of any kind, tested for null.</summary>
    Socket,

    /// <summary>A socket that a look-up returned; given back by this call.</summary>
    SocketReleased,
}
