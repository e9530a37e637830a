// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Contexts;

/// <summary>Memory for one packet with room before and behind it, and the contexts that point into it. Reusable; no allocation a packet.</summary>
/// <remarks>
/// For one run at a time: a second one is refused, on another thread or nested in the first. What the host sets (interfaces, queue,
/// <see cref="Mark"/>, <see cref="Priority"/>) holds for each packet that is loaded, and no program changes it; what a program made of a packet
/// (<see cref="Packet"/>, <see cref="Metadata"/>, <see cref="MarkAfter"/>, <see cref="PriorityAfter"/>) is seen until the next one is loaded.
/// Nothing of one packet is seen by the run of the next. The memory lives as long as this object, a run or a span of it needs it. Disposing is
/// optional: it ends the use, so that later runs are refused; a run that is going on ends as if nothing had happened.
/// <code>
/// 4096 bytes: contexts        behind them: | 256 headroom | packet ... | tailroom | 320 kept as the kernel does |
/// </code>
/// </remarks>
public sealed unsafe class PacketBuffer : IDisposable
{
    /// <summary>Bytes before the packet (<c>XDP_PACKET_HEADROOM</c>).</summary>
    public const int Headroom = 256;

    /// <summary>Longest packet.</summary>
    public const int MaximumLength = 65535;

    /// <summary>Shortest packet of a socket buffer: an Ethernet header. XDP programs see what the wire brought, however short.</summary>
    public const int MinimumLength = 14;

    /// <summary>Behind the frame the kernel keeps its <c>skb_shared_info</c>.</summary>
    internal const int KeptTailroom = 320;

    const int PageSize = 4096;
    const int SkbOffset = 256;
    const int MemoryOffset = 1024;

    [ThreadStatic]
    static PacketBuffer? t_buffer;

    [ThreadStatic]
    static PacketBuffer?[]? t_nested;

    readonly PinnedMemory _memory = new(PageSize + FrameSize(MaximumLength));
    BufferLease _lease = new(ThreadBlocks.CurrentOrNull);
    volatile bool _isDisposed;

    /// <summary>Interface that the packet came in on; 1, the loopback, at first.</summary>
    public uint IngressInterface { get; set; } = 1;

    /// <summary>Receive queue.</summary>
    public uint ReceiveQueue { get; set; }

    /// <summary>Interface that a devmap program sends to.</summary>
    public uint EgressInterface { get; set; }

    /// <summary>Mark with which each packet of a socket buffer begins: 0 unless set. No program changes it; see <see cref="MarkAfter"/>.</summary>
    public uint Mark { get; set; }

    /// <summary>Priority with which each packet of a socket buffer begins: 0 unless set. No program changes it; see <see cref="PriorityAfter"/>.</summary>
    public uint Priority { get; set; }

    /// <summary>Mark that the program left on the socket buffer that was loaded last; 0 when none was.</summary>
    public uint MarkAfter => Kind == ContextKind.Skb ? _memory.At<SkbContext>(SkbOffset).Mark : 0;

    /// <summary>Priority that the program left on the socket buffer that was loaded last; 0 when none was.</summary>
    public uint PriorityAfter => Kind == ContextKind.Skb ? _memory.At<SkbContext>(SkbOffset).Priority : 0;

    /// <summary>What kind of context was loaded last.</summary>
    public ContextKind Kind { get; private set; }

    /// <summary>The packet as it is now: what the program made of it. Empty before the first load and after disposal.</summary>
    /// <remarks>The span can be read for as long as it is held; the next load puts another packet in its place.</remarks>
    public ReadOnlySpan<byte> Packet => Kind switch
    {
        ContextKind.Xdp => _memory.Between(Xdp->Data, Xdp->DataEnd),
        ContextKind.Skb => _memory.Between(Skb->Data, Skb->DataEnd),
        _ => default,
    };

    /// <summary>Metadata that an XDP program put before the packet; as long-lived as <see cref="Packet"/>.</summary>
    public ReadOnlySpan<byte> Metadata => Kind == ContextKind.Xdp ? _memory.Between(Xdp->DataMeta, Xdp->Data) : default;

    /// <summary>The calling thread's own buffer for runs at a depth, made on first use: a nested run leaves the packet of the outer one alone.</summary>
    /// <param name="depth">Runs that the thread is in; less than <see cref="BpfProgram.MaximumNesting"/>.</param>
    internal static PacketBuffer ForThread(ulong depth) => depth == 0 ? t_buffer ??= new PacketBuffer() : ForNested(depth - 1);

    internal XdpContext* Xdp => (XdpContext*)_memory.Address;

    internal SkbContext* Skb => (SkbContext*)(_memory.Address + SkbOffset);

    /// <summary>Memory of the run; whoever runs sets <see cref="RunMemory.StackTop"/>.</summary>
    internal RunMemory* Memory => (RunMemory*)(_memory.Address + MemoryOffset);

    byte* Frame => _memory.Address + PageSize;

    /// <summary>Loads a packet for a program of a type. Returns the native context.</summary>
    internal nint Load(ProgramTypeInfo type, ReadOnlySpan<byte> packet) => type.Kind == ContextKind.Xdp
        ? (nint)LoadXdp(packet)
        : (nint)LoadSkb(packet, type.Type == ProgramType.CgroupSkb ? MinimumLength : 0);

    /// <summary>Loads a packet for XDP programs.</summary>
    internal XdpContext* LoadXdp(ReadOnlySpan<byte> packet)
    {
        byte* data = Place(packet, shortest: 0);
        XdpContext* context = Xdp;
        *context = default;
        context->Data = data;
        context->DataEnd = data + packet.Length;
        context->DataMeta = data;
        context->Seen = data;
        context->SeenEnd = context->DataEnd;
        context->IngressIfindex = IngressInterface;
        context->RxQueueIndex = ReceiveQueue;
        context->EgressIfindex = EgressInterface;
        context->HardStart = Frame;
        context->HardEnd = Frame + FrameSize(packet.Length) - KeptTailroom;
        Kind = ContextKind.Xdp;
        Describe((byte*)context, sizeof(XdpContext), data, packet.Length);
        return context;
    }

    /// <summary>Loads a packet for socket-buffer programs.</summary>
    /// <param name="packet">An Ethernet frame.</param>
    /// <param name="pulled">Bytes before what the program sees: the Ethernet header for control-group programs, else 0.</param>
    internal SkbContext* LoadSkb(ReadOnlySpan<byte> packet, int pulled)
    {
        byte* data = Place(packet, MinimumLength);
        // A packet that overlaps its place (one that lies in this buffer) is no longer what was given.
        packet = new ReadOnlySpan<byte>(data, packet.Length);
        SkbContext* context = Skb;
        *context = default;
        context->Data = data + pulled;
        context->DataEnd = data + packet.Length;
        context->DataMeta = context->Data;
        context->HardStart = Frame;
        context->HardEnd = Frame + FrameSize(packet.Length) - KeptTailroom;
        context->Length = (uint)(packet.Length - pulled);
        context->WireLength = (uint)packet.Length;
        context->PacketType = PacketTypeOf(packet);
        context->Protocol = ProtocolOf(packet);
        context->Mark = Mark;
        context->Priority = Priority;
        context->QueueMapping = ReceiveQueue;
        context->IngressIfindex = IngressInterface;
        context->Ifindex = IngressInterface;
        Kind = ContextKind.Skb;
        Describe((byte*)context, sizeof(SkbContext), data, packet.Length);
        return context;
    }

    /// <summary>Takes it for a run.</summary>
    /// <exception cref="BpfOperationException">A run uses it.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal BufferLease.Hold Enter(ThreadBlock* block)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _lease.Enter(block);
    }

    /// <summary>Ends its use: later runs are refused.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Kind = ContextKind.Plain;
    }

    static PacketBuffer ForNested(ulong index)
    {
        PacketBuffer?[] nested = t_nested ??= new PacketBuffer?[BpfProgram.MaximumNesting];
        return nested[index] ??= new PacketBuffer();
    }

    static int FrameSize(int length)
    {
        // One page as the kernel gives it; a longer packet gets at least as much tailroom as the longest that fits the page.
        int needed = Headroom + length + KeptTailroom;
        return needed <= PageSize ? PageSize : (needed + PageSize - 1) & ~(PageSize - 1);
    }

    static uint ProtocolOf(ReadOnlySpan<byte> packet)
    {
        const ushort FirstEtherType = 0x600;
        const ushort Ieee8022 = 4;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(packet[12..]);
        return BinaryPrimitives.ReverseEndianness(type >= FirstEtherType ? type : Ieee8022);
    }

    static uint PacketTypeOf(ReadOnlySpan<byte> packet)
    {
        const uint ToHost = 0, Broadcast = 1, Multicast = 2;
        if ((packet[0] & 1) == 0)
            return ToHost;
        return packet[..6].ContainsAnyExcept((byte)0xff) ? Multicast : Broadcast;
    }

    byte* Place(ReadOnlySpan<byte> packet, int shortest)
    {
        if (packet.Length < shortest || packet.Length > MaximumLength)
        {
            throw new BpfOperationException(RuntimeDiagnostics.PacketLength.At(
                default,
                $"packet of {packet.Length} bytes",
                $"a packet has {shortest} to {MaximumLength} bytes here"));
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        byte* data = Frame + Headroom;
        packet.CopyTo(new Span<byte>(data, packet.Length));
        return data;
    }

    // The head- and tailroom may hold bytes of earlier packets: a run is shown those that it has cleared.
    void Describe(byte* context, int size, byte* data, int length) => *Memory = new RunMemory
    {
        Context = new MemoryWindow((ulong)context, (ulong)context + (ulong)size),
        Packet = new MemoryWindow((ulong)data, (ulong)data + (ulong)length),
    };
}
