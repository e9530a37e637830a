// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>The operation in the immediate of an instruction of class STX and mode ATOMIC (RFC 9669, section 5.3; <c>uapi/linux/bpf.h</c>).</summary>
public static class AtomicOperation
{
    /// <summary>Flag: the old value of the memory comes back in the source register.</summary>
    public const int Fetch = 0x01;

    /// <summary>Add.</summary>
    public const int Add = 0x00;

    /// <summary>Or.</summary>
    public const int Or = 0x40;

    /// <summary>And.</summary>
    public const int And = 0x50;

    /// <summary>Exclusive or.</summary>
    public const int Xor = 0xa0;

    /// <summary>Exchange; always fetches.</summary>
    public const int Exchange = 0xe0 | Fetch;

    /// <summary>Compare with r0 and exchange; the old value comes back in r0.</summary>
    public const int CompareExchange = 0xf0 | Fetch;

    /// <summary>Load with acquire order, of any width, into the destination register.</summary>
    public const int LoadAcquire = 0x100;

    /// <summary>Store with release order, of any width.</summary>
    public const int StoreRelease = 0x110;
}
