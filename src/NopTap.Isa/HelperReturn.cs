// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

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

    /// <summary>Readable memory of 4 bytes with the iterator's next element, or null when there is none; both ways are followed.</summary>
    IteratorElementOrNull,

    /// <summary>Memory behind the dynptr argument, as long as the constant size argument says, or null.</summary>
    DynptrMemoryOrNull,

    /// <summary>As <see cref="DynptrMemoryOrNull"/>, only to be read.</summary>
    DynptrReadOnlyMemoryOrNull,

    /// <summary>A value of the map argument, never null.</summary>
    MapValue,

    /// <summary>A full socket (<c>struct bpf_sock</c>), or null.</summary>
    SocketOrNull,

    /// <summary>A socket in any state, request and timewait sockets among them (<c>struct bpf_sock</c> in part), or null.</summary>
    SocketCommonOrNull,

    /// <summary>A TCP socket (<c>struct bpf_tcp_sock</c>), or null.</summary>
    TcpSocketOrNull,
}
