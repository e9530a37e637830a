// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Kernel functions (kfuncs) that this runtime has.</summary>
/// <remarks>
/// A program names them (<c>extern ... __ksym</c>); the kernel numbers them by its own types. Here they are called like helpers, and the
/// numbers are this runtime's, in a block that the kernel's helpers never reach.
/// </remarks>
public enum KernelFunctionId
{
    /// <summary><c>bpf_iter_num_new</c>: begins to count from a number to another.</summary>
    IterNumNew = KernelFunctions.FirstId,

    /// <summary><c>bpf_iter_num_next</c>: the next number, or null behind the last.</summary>
    IterNumNext,

    /// <summary><c>bpf_iter_num_destroy</c>: ends the count.</summary>
    IterNumDestroy,

    /// <summary><c>bpf_dynptr_from_skb</c>: a dynptr to the packet of a socket buffer.</summary>
    DynptrFromSkb,

    /// <summary><c>bpf_dynptr_from_xdp</c>: a dynptr to the packet of an XDP frame.</summary>
    DynptrFromXdp,

    /// <summary><c>bpf_dynptr_slice</c>: memory behind a dynptr, to be read.</summary>
    DynptrSlice,

    /// <summary><c>bpf_dynptr_slice_rdwr</c>: memory behind a dynptr.</summary>
    DynptrSliceRdwr,

    /// <summary><c>bpf_dynptr_adjust</c>: narrows a dynptr.</summary>
    DynptrAdjust,

    /// <summary><c>bpf_dynptr_is_null</c>: whether it points at nothing.</summary>
    DynptrIsNull,

    /// <summary><c>bpf_dynptr_is_rdonly</c>: whether it may only be read.</summary>
    DynptrIsRdonly,

    /// <summary><c>bpf_dynptr_size</c>: bytes behind it.</summary>
    DynptrSize,

    /// <summary><c>bpf_dynptr_clone</c>: another with the same bounds.</summary>
    DynptrClone,
}
