// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

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

    /// <summary>Writable memory of 8 bytes.</summary>
    PointerToLong,
}

/// <summary>What a helper returns (the kernel's <c>enum bpf_return_type</c>).</summary>
public enum HelperReturn
{
    /// <summary>A number.</summary>
    Integer,

    /// <summary>Nothing; r0 is unreadable afterwards.</summary>
    Void,

    /// <summary>A value of the map argument, or null.</summary>
    MapValueOrNull,

    /// <summary>Writable memory of the constant allocation size, or null; must be given back on every path.</summary>
    AllocatedMemoryOrNull,

    /// <summary>The call does not return when it succeeds (tail call).</summary>
    TailCall,
}

/// <summary>Side effects of a helper that the verifier and the compiler must know.</summary>
[Flags]
public enum HelperEffects
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>May move the packet: pointers into it are lost (<c>bpf_helper_changes_pkt_data</c>).</summary>
    ChangesPacket = 1,

    /// <summary>Only for programs under a GPL-compatible licence.</summary>
    GplOnly = 2,

    /// <summary>Calls back into the program.</summary>
    CallsBack = 4,

    /// <summary>Enters managed code, so it costs about 8 ns a call.</summary>
    Managed = 8,
}

/// <summary>Type of a helper function, as the verifier, the interpreter and the compiler see it. Immutable.</summary>
/// <param name="Id">Number in the call instruction; the kernel's for its helpers, from <see cref="FirstHostId"/> for a host's own.</param>
/// <param name="Name">Name without <c>bpf_</c>, as in <c>map_lookup_elem</c>.</param>
/// <param name="Return">What comes back in r0.</param>
/// <param name="Arguments">Zero to five arguments.</param>
/// <param name="Effects">Side effects.</param>
public sealed record HelperSignature(
    int Id, string Name, HelperReturn Return, ImmutableArray<HelperArgument> Arguments, HelperEffects Effects = HelperEffects.None)
{
    /// <summary>Lowest number of a helper that a host registers.</summary>
    public const int FirstHostId = 0x10000;
}
