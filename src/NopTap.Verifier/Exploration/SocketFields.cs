// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Verifier.Exploration;

/// <summary>What programs may read of the kernel's socket records; offsets as in <c>linux/bpf.h</c>.</summary>
static class SocketFields
{
    const int BoundDevice = 0;
    const int Family = 4;
    const int Type = 8;
    const int LastOfFullSocket = 20;
    const int SourceIp4 = 24;
    const int SourcePort = 44;
    const int DestinationPort = 48;
    const int Hole = 50;
    const int DestinationIp4 = 52;
    const int State = 72;
    const int QueueMapping = 76;
    const int SocketSize = 80;
    const int BytesReceived = 80;
    const int BytesAcknowledged = 88;
    const int TcpSocketSize = 112;
    const int Word = 4;

    /// <summary>C structure behind a kind of socket.</summary>
    public static string StructOf(RegisterKind kind) => kind switch
    {
        RegisterKind.TcpSocket => "struct bpf_tcp_sock",
        RegisterKind.XdpSocket => "struct bpf_xdp_sock",
        _ => "struct bpf_sock",
    };

    /// <summary>Whether a load hits one field in a width that it allows.</summary>
    public static bool MayRead(RegisterKind kind, int offset, long size)
    {
        if (offset < 0 || offset % size != 0)
            return false;
        return kind switch
        {
            RegisterKind.TcpSocket => offset is < TcpSocketSize and not (BytesReceived + Word or BytesAcknowledged + Word) && size == (offset is BytesReceived or BytesAcknowledged ? 8 : Word),
            RegisterKind.XdpSocket => offset == 0 && size == Word,
            RegisterKind.SocketCommon => offset is < Type or >= SourceIp4 && OfSocket(offset, size),
            _ => OfSocket(offset, size),
        };
    }

    static bool OfSocket(int offset, long size) => offset switch
    {
        >= SocketSize => false,
        >= DestinationPort and < Hole => size <= (offset == DestinationPort ? Word : 2),
        >= Hole and < DestinationIp4 => false,
        // The numbers of the full socket are read whole, addresses and ports also in part.
        BoundDevice or > Type + Word and <= LastOfFullSocket => size == Word,
        Family or Type or Type + Word or SourcePort or State or QueueMapping => size <= Word,
        >= SourceIp4 and < SourcePort or >= DestinationIp4 and < State => size <= Word,
        _ => size == Word,
    };
}
