// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

// Sockets: how they come to a program, what it may read of them, and which of them it must give back.
sealed partial class Explorer
{
    RegisterState MaybeSocket(RegisterKind kind)
    {
        RegisterState socket = RegisterState.Pointer(kind);
        socket.Nullable = true;
        socket.Id = NewId();
        return socket;
    }

    bool ReturnSocket(int slot, HelperSignature helper, ref RegisterState result)
    {
        result = MaybeSocket(helper.Return switch
        {
            HelperReturn.SocketOrNull => RegisterKind.Socket,
            HelperReturn.TcpSocketOrNull => RegisterKind.TcpSocket,
            _ => RegisterKind.SocketCommon,
        });
        if ((helper.Effects & HelperEffects.Acquires) != 0)
            return Hold(slot, ref result);
        if ((helper.Effects & HelperEffects.Casts) != 0)
            result.Reference = _castFrom;
        return true;
    }

    static RegisterKind? SocketOfMap(MapType map) => map switch
    {
        MapType.Sockmap or MapType.Sockhash => RegisterKind.Socket,
        MapType.Xskmap => RegisterKind.XdpSocket,
        _ => null,
    };

    // A socket found in a map is held; an entry of an XSKMAP is not.
    bool ReturnElement(int slot, RegisterKind kind, ref RegisterState result)
    {
        result = MaybeSocket(kind);
        return kind == RegisterKind.XdpSocket || Hold(slot, ref result);
    }

    bool Hold(int slot, ref RegisterState socket)
    {
        bool isHeld = Acquire(slot, out int reference);
        socket.Id = socket.Reference = reference;
        return isHeld;
    }

    bool SocketArgument(HelperSignature helper, int index, in RegisterState value)
    {
        if (!value.IsSocket || value.Nullable)
            return RefuseArgument(helper, index, value, "a socket");
        _castFrom = value.Reference;
        return true;
    }

    bool ReleasedSocket(HelperSignature helper, int index, in RegisterState value)
    {
        if (!value.IsSocket || value.Nullable || !_path.HoldsReference(value.Reference))
            return RefuseArgument(helper, index, value, "a socket that a look-up returned and that is not given back yet");
        _released = value.Reference;
        return true;
    }

    bool SocketReach(in RegisterState socket, int offset, long size, int register, bool writes)
    {
        if (writes)
            return RefuseWrite($"{RegisterText.Name(socket.Kind)}, which programs only read", register);
        return SocketFields.MayRead(socket.Kind, offset, size) || Refuse(
            VerifierDiagnostics.SocketField, $"load of {size} bytes at offset {offset} of {RegisterText.Name(socket.Kind)}, where it has no field of that width",
            $"read a field of {SocketFields.StructOf(socket.Kind)} by name{(socket.Kind == RegisterKind.SocketCommon ? "; for type, protocol, mark and priority use bpf_sk_fullsock first" : "")}",
            register);
    }

    // A value of a queue is written, one of a filter is looked for.
    bool FillsValue(HelperSignature helper, int index) =>
        helper.Arguments[index] == HelperArgument.MapValueUninitialized && _request.Maps[_callMap].Type != MapType.BloomFilter;

    bool AlignedArgument(HelperSignature helper, int index, in RegisterState value, int size)
    {
        if (value is { Kind: RegisterKind.Stack, Nullable: false } && !StackAligned(value, 0, size, index + 1))
            return false;
        return MemoryArgument(helper, index, value, size, writes: true);
    }

    // Functions of the kernel and of the host take them everywhere.
    static bool TakesPackets(HelperSignature helper) =>
        helper.Id >= KernelFunctions.FirstId || (helper.Effects & HelperEffects.TakesPackets) != 0;
}
