// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NopTap.Verifier;

namespace NopTap.Contexts;

/// <summary>The native context of XDP programs; accesses of <c>struct xdp_md</c> are rewritten into accesses of this.</summary>
/// <remarks>
/// <code>
/// HardStart                DataMeta   Data            DataEnd          HardEnd
/// | 40 bytes kept | headroom | metadata | packet        | tailroom       |
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct XdpContext
{
    /// <summary>First byte of the packet.</summary>
    public byte* Data;

    /// <summary>One past its last byte.</summary>
    public byte* DataEnd;

    /// <summary>First byte of the metadata before it; equal to <see cref="Data"/> when there is none.</summary>
    public byte* DataMeta;

    /// <summary>Interface on which the packet came in.</summary>
    public uint IngressIfindex;

    /// <summary>Queue of that interface.</summary>
    public uint RxQueueIndex;

    /// <summary>Interface to which a devmap sends the packet.</summary>
    public uint EgressIfindex;

    readonly uint _padding;

    /// <summary>First byte of the frame.</summary>
    public byte* HardStart;

    /// <summary>One past the last byte to which the packet may grow.</summary>
    public byte* HardEnd;

    /// <summary>First byte that this run has seen of the frame: what lies before it may be another packet's.</summary>
    public byte* Seen;

    /// <summary>One past the last byte that this run has seen.</summary>
    public byte* SeenEnd;

    /// <summary>The kernel keeps its own record of the frame in these bytes of the headroom.</summary>
    internal const int KeptHeadroom = 40;

    /// <summary>Layout for programs of interfaces.</summary>
    internal static readonly ContextLayout Layout = new("xdp_md", 24, sizeof(XdpContext), Fields(isDevmap: false));

    /// <summary>Layout for programs of devmaps, which also see where the packet goes.</summary>
    internal static readonly ContextLayout DevmapLayout = new("xdp_md", 24, sizeof(XdpContext), Fields(isDevmap: true));

    static ImmutableArray<ContextField> Fields(bool isDevmap)
    {
        ImmutableArray<ContextField> fields =
        [
            new("data", 0, 4, ContextFieldKind.PacketData, false, 0, 8),
            new("data_end", 4, 4, ContextFieldKind.PacketEnd, false, 8, 8),
            new("data_meta", 8, 4, ContextFieldKind.PacketMeta, false, 16, 8),
            new("ingress_ifindex", 12, 4, ContextFieldKind.Scalar, false, 24, 4) { Width = 4 },
            new("rx_queue_index", 16, 4, ContextFieldKind.Scalar, false, 28, 4) { Width = 4 },
        ];
        return isDevmap ? fields.Add(new("egress_ifindex", 20, 4, ContextFieldKind.Scalar, false, 32, 4) { Width = 4 }) : fields;
    }
}
