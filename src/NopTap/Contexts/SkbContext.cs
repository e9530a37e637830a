// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NopTap.Contexts;

/// <summary>The native context of socket-buffer programs; accesses of <c>struct __sk_buff</c> are rewritten into accesses of this.</summary>
/// <remarks>Numbers keep the kernel's byte order: ports and addresses of the peer and <see cref="Protocol"/> are big-endian.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SkbContext
{
    public byte* Data;
    public byte* DataEnd;
    public byte* DataMeta;
    public byte* HardStart;
    public byte* HardEnd;
    public ulong Timestamp;
    public ulong HardwareTimestamp;
    public uint Length;
    public uint PacketType;
    public uint Mark;
    public uint QueueMapping;
    public uint Protocol;
    public uint VlanPresent;
    public uint VlanTci;
    public uint VlanProtocol;
    public uint Priority;
    public uint IngressIfindex;
    public uint Ifindex;
    public uint TcIndex;
    public Words5 ControlBlock;
    public uint Hash;
    public uint TcClassId;
    public uint NapiId;
    public uint Family;
    public uint RemoteIp4;
    public uint LocalIp4;
    public Words4 RemoteIp6;
    public Words4 LocalIp6;
    public uint RemotePort;
    public uint LocalPort;
    public uint WireLength;
    public uint GsoSegments;
    public uint GsoSize;
    public uint TimestampType;

    /// <summary>The socket of the packet: none, here packets belong to nobody.</summary>
    public readonly ulong Socket;

    /// <summary>Five words.</summary>
    [InlineArray(5)]
    internal struct Words5
    {
        uint _first;
    }

    /// <summary>Four words.</summary>
    [InlineArray(4)]
    internal struct Words4
    {
        uint _first;
    }
}
