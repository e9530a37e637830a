// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    // What the arguments of the call being checked have in common.
    int _callMap;
    int _allocationSize;
    int _released;
    int _castFrom;
    bool _writesSocket;
    bool _keyInRange;

    Step CallHelper(int slot, in Instruction instruction)
    {
        if (CallCheck.Find(_request, slot) is Diagnostic missing)
        {
            Refuse(missing, -1);
            return Step.Refused;
        }

        HelperSignature helper = _request.Helpers[instruction.Immediate];
        if (!MayCall(helper))
            return Step.Refused;
        bool callsBack = (helper.Effects & HelperEffects.CallsBack) != 0;
        if ((helper.Effects & HelperEffects.GplOnly) != 0 && !_program.IsGplCompatible)
        {
            Refuse(VerifierDiagnostics.GplOnly, $"bpf_{helper.Name} in a program under licence '{_program.License}'", "license the program under the GPL, or do without the helper");
            return Step.Refused;
        }

        _callMap = -1;
        _allocationSize = 0;
        _released = 0;
        _castFrom = 0;
        _keyInRange = false;
        _dynptr = default;
        for (int i = 0; i < helper.Arguments.Length; i++)
        {
            if (!IsWritten((Register)(i + 1)) || !Argument(helper, i))
                return Step.Refused;
        }

        if (!FormatArguments(helper))
            return Step.Refused;
        NoteMap(slot);
        if (callsBack && !EnterCallback(slot, helper))
            return Step.Refused;
        // Inside of a function the caller goes on with what it holds, and is held to it there.
        if (helper.Return == HelperReturn.TailCall && _path.ReferenceCount != 0 && _path.Depth == 0)
            return RefuseLeak("the tail call leaves the program") ? Step.Next : Step.Refused;
        if (_released != 0)
            Release(_released);
        // A tail call that comes back has changed nothing. Bytes may be written to a part of a socket buffer that has to be made linear first.
        if (((helper.Effects & HelperEffects.ChangesPacket) != 0 && helper.Return != HelperReturn.TailCall)
            || (helper.Id == (int)HelperId.DynptrWrite && _dynptr.Index == (int)DynptrKind.Skb))
        {
            ForgetPackets(_path);
        }

        if (!Return(slot, helper) || !FollowEarlyExits(instruction, helper))
            return Step.Refused;
        _path.Slot = slot + 1;
        return Step.Next;
    }

    void NoteMap(int slot)
    {
        RegisterState first = R(Register.R1);
        int map = first.Kind == RegisterKind.Map && !IsTemplate(first.Index) ? first.Index : ExplorationFacts.ManyMaps;
        ref int seen = ref _facts.Maps[slot];
        seen = seen == ExplorationFacts.NoMap || seen == map ? map : ExplorationFacts.ManyMaps;
    }

    bool Return(int slot, HelperSignature helper)
    {
        int map = _callMap;
        ForgetArguments();
        ref RegisterState result = ref R(Register.R0);
        switch (helper.Return)
        {
            case HelperReturn.Void or HelperReturn.TailCall:
                // A tail call that comes back has failed and says nothing.
                result = default;
                break;
            case HelperReturn.MapValueOrNull:
                if (map >= 0 && SocketOfMap(_request.Maps[map].Type) is { } socket)
                    return ReturnElement(slot, socket, ref result);
                if (map < 0)
                {
                    return Refuse(VerifierDiagnostics.MapMismatch, $"bpf_{helper.Name} returns a value of a map but takes none", "give the helper a map argument");
                }

                return LookedUp(map, out result);
            case HelperReturn.AllocatedMemoryOrNull:
                if (!Acquire(slot, out int reference))
                    return false;
                result = RegisterState.Pointer(RegisterKind.Memory);
                result.Size = _allocationSize;
                result.Nullable = true;
                result.Id = result.Reference = reference;
                break;
            case HelperReturn.IteratorElementOrNull:
                NextElement(slot);
                break;
            case HelperReturn.DynptrMemoryOrNull or HelperReturn.DynptrReadOnlyMemoryOrNull:
                return DynptrMemory(helper, ref result);
            case HelperReturn.MapValue:
                result = RegisterState.Pointer(RegisterKind.MapValue, map);
                break;
            case HelperReturn.SocketOrNull or HelperReturn.SocketCommonOrNull or HelperReturn.TcpSocketOrNull:
                return ReturnSocket(slot, helper, ref result);
            default:
                result = RegisterState.Unknown;
                break;
        }

        return true;
    }

    void Release(int reference)
    {
        _path.DropReference(reference);
        for (int f = 0; f <= _path.Depth; f++)
        {
            FrameState frame = _path.Frames[f]!;
            for (int register = 0; register < 10; register++)
            {
                if (frame.R[register].Reference == reference)
                    frame.R[register] = RegisterState.Unknown;
            }

            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (frame.Kinds[slot] == SlotKinds.Spill && frame.Spill(slot).Reference == reference)
                    frame.Spill(slot) = RegisterState.Unknown;
            }
        }
    }

    // The packet may have moved: addresses in it are numbers now.
    static void ForgetPackets(PathState path)
    {
        for (int f = 0; f <= path.Depth; f++)
        {
            FrameState frame = path.Frames[f]!;
            for (int register = 0; register < 10; register++)
            {
                if (frame.R[register].IsPacket || frame.R[register].Kind == RegisterKind.PacketSlice)
                    frame.R[register] = RegisterState.Unknown;
            }

            for (int slot = 0; slot < frame.Used; slot++)
            {
                if (frame.Kinds[slot] == SlotKinds.Spill && (frame.Spill(slot).IsPacket || frame.Spill(slot).Kind == RegisterKind.PacketSlice))
                    frame.Spill(slot) = RegisterState.Unknown;
            }
        }
    }

    bool Argument(HelperSignature helper, int index)
    {
        int register = index + 1;
        RegisterState value = _path.Frame.R[register];
        switch (helper.Arguments[index])
        {
            case HelperArgument.Anything:
                return true;
            case HelperArgument.Context:
                return ContextArgument(helper, index, value);
            case HelperArgument.ConstMapPointer:
                return MapArgument(helper, index, value);
            case HelperArgument.MapKey:
                return _callMap < 0 || KeyArgument(helper, index, value);
            case HelperArgument.MapValue when _writesSocket:
                return SocketArgument(helper, index, value);
            case HelperArgument.MapValueOrNull when value.IsNull:
                return true;
            case HelperArgument.MapValue or HelperArgument.MapValueOrNull or HelperArgument.MapValueUninitialized:
                return _callMap < 0 || MemoryArgument(
                    helper, index, value, _request.Maps[_callMap].ValueSize, FillsValue(helper, index));
            case HelperArgument.Memory or HelperArgument.MemoryOrNull or HelperArgument.MemoryUninitialized or HelperArgument.WritableMemoryOrNull
                or HelperArgument.WritableMemory:
                return index + 1 < helper.Arguments.Length || RefuseArgument(helper, index, value, "memory followed by its size");
            case HelperArgument.Size or HelperArgument.SizeOrZero:
                return SizeArgument(helper, index, value);
            case HelperArgument.ConstantAllocationSize:
                return AllocationSize(helper, index, value);
            case HelperArgument.Callback:
                return value.Kind == RegisterKind.Function || RefuseArgument(helper, index, value, "a static function of the program");
            case HelperArgument.StackOrNull:
                return value.IsNull || value is { Kind: RegisterKind.Stack, Nullable: false } || RefuseArgument(helper, index, value, "an address in the stack, or null");
            case HelperArgument.AllocatedMemoryReleased:
                return ReleasedArgument(helper, index, value);
            case HelperArgument.SpinLock:
                return LockArgument(helper, index, value);
            case HelperArgument.ConstantString:
                return StringArgument(helper, index, value);
            case HelperArgument.PointerToLong:
                return AlignedArgument(helper, index, value, 8);
            case HelperArgument.Number:
                return value.IsScalar || RefuseArgument(helper, index, value, "a number");
            case HelperArgument.NewIterator:
                return NewIteratorArgument(helper, index, value);
            case HelperArgument.Iterator or HelperArgument.IteratorReleased:
                return IteratorArgument(helper, index, value, helper.Arguments[index] == HelperArgument.IteratorReleased);
            case HelperArgument.NewDynptr:
                return NewDynptrArgument(helper, index, value);
            case HelperArgument.Dynptr or HelperArgument.DynptrReleased:
                return DynptrArgument(helper, index, value, helper.Arguments[index] == HelperArgument.DynptrReleased);
            case HelperArgument.MapValueMemory:
                return value is { Kind: RegisterKind.MapValue, Nullable: false } || RefuseArgument(helper, index, value, "a map's value");
            case HelperArgument.BufferOrNull:
                return value.IsNull || value.IsPointer || RefuseArgument(helper, index, value, "memory, or null");
            case HelperArgument.ConstantSize:
                return ConstantSize(helper, index, value);
            case HelperArgument.PointerToInt:
                return AlignedArgument(helper, index, value, 4);
            case HelperArgument.Ipv4Header or HelperArgument.TcpHeader:
                return MemoryArgument(helper, index, value, 20, writes: false);
            case HelperArgument.Ipv6Header:
                return MemoryArgument(helper, index, value, 40, writes: false);
            case HelperArgument.Zero:
                _precision.Mark(_path, register);
                return value.IsNull || RefuseArgument(helper, index, value, "0");
            case HelperArgument.ContextOrNull when value.IsNull:
                return true;
            case HelperArgument.ContextOrNull:
                return value is { Kind: RegisterKind.Context, Offset: 0, IsFixed: true } || RefuseArgument(helper, index, value, "the program's unmodified context, or null");
            case HelperArgument.Socket:
                return SocketArgument(helper, index, value);
            case HelperArgument.SocketReleased:
                return ReleasedSocket(helper, index, value);
            default:
                return RefuseArgument(helper, index, value, "something that the verifier does not know");
        }
    }

    // An observer is granted one helper that looks into a context: there it matters whose context it has in hand.
    bool ContextArgument(HelperSignature helper, int index, in RegisterState value)
    {
        bool isTarget = value.Kind == RegisterKind.TargetContext;
        if (!isTarget && value is not { Kind: RegisterKind.Context, Offset: 0, IsFixed: true })
            return RefuseArgument(helper, index, value, "the program's unmodified context");
        ContextLayout? layout = isTarget ? _request.Context?.Target : _request.Context;
        return _request.Program.Type != ProgramType.Tracing || helper.Id != (int)HelperId.XdpGetBuffLen || layout is { IsXdpFrame: true }
            || RefuseArgument(helper, index, value, "the context of an XDP program");
    }

    bool RefuseArgument(HelperSignature helper, int index, in RegisterState value, string wanted) => Refuse(
        VerifierDiagnostics.HelperArgument, $"argument {index + 1} of bpf_{helper.Name} (r{index + 1}) is {Say(value)}; it takes {wanted}",
        value.Nullable ? $"test r{index + 1} for null before the call" : $"pass {wanted}", index + 1);

    bool MapArgument(HelperSignature helper, int index, in RegisterState value)
    {
        if (value.Kind != RegisterKind.Map || value.Nullable)
            return RefuseArgument(helper, index, value, "a map");
        _callMap = value.Index;
        MapSpec map = _request.Maps[value.Index];
        _writesSocket = helper.Id == (int)HelperId.MapUpdateElem && map.Type is MapType.Sockmap or MapType.Sockhash;
        if (MapAccess.Changes((HelperId)helper.Id) && !MapAccess.MayWrite(map))
        {
            return Refuse(
                VerifierDiagnostics.ReadOnlyMemory, $"bpf_{helper.Name} on map '{map.Name}', which programs only read ({(map.IsReadOnlyData ? "it is constant" : "BPF_F_RDONLY_PROG")})",
                "leave the flag out, or change the map from the host", index + 1);
        }

        return MapTypes.Accepts((HelperId)helper.Id, map.Type, _program.Type) || Refuse(
            VerifierDiagnostics.MapMismatch, $"bpf_{helper.Name} on map '{map.Name}' of type {map.Type}", "use a helper that works on maps of that type, or another map", index + 1);
    }

    bool KeyArgument(HelperSignature helper, int index, in RegisterState value)
    {
        MapSpec map = _request.Maps[_callMap];
        if (!MemoryArgument(helper, index, value, map.KeySize, writes: false))
            return false;
        // A map that stands in for others may be longer than the one that is there: only arrays are held to the capacity of their template.
        bool array = (map.Flags & MapFlagBits.InnerMap) == 0 && (map.Type == MapType.Array || (map.Type == MapType.PercpuArray && !IsTemplate(_callMap)));
        if (helper.Id == (int)HelperId.MapLookupElem && array && map.KeySize == 4 && value is { Kind: RegisterKind.Stack, IsFixed: true })
            _keyInRange = ConstantKey(value, out uint key) && key < map.MaxEntries;
        return true;
    }

    // A key that is known and in range finds its element.
    bool ConstantKey(in RegisterState address, out uint key)
    {
        FrameState frame = _path.Frames[address.Index]!;
        int slot = SlotAt(address.Offset);
        key = 0;
        if (slot >= frame.Used || (address.Offset & 3) != 0)
            return false;
        if (AllBytes(frame, address.Offset, address.Offset + 4, SlotKinds.ZeroByte))
            return true;
        // As in the kernel: a number that was stored in just these four bytes.
        bool exact = IsSpillOf(frame.Kinds[slot], 4) && SlotKinds.At(frame.Kinds[slot], 4) != SlotKinds.SpillByte;
        if (ByteAt(address.Offset) != 0 || !exact || frame.Spill(slot) is not { IsScalar: true, Range.IsConstant32: true })
            return false;
        key = (uint)frame.Spill(slot).Range.Value;
        _precision.MarkSlot(_path, address.Index, slot);
        return true;
    }

    bool AllocationSize(HelperSignature helper, int index, in RegisterState value)
    {
        if (!value.IsScalar || !value.Range.IsConstant || value.Range.Value > int.MaxValue)
            return RefuseArgument(helper, index, value, "a constant size");
        _precision.Mark(_path, index + 1);
        _allocationSize = (int)value.Range.Value;
        return true;
    }

    // The size of a buffer that may be used, and of the memory that is returned in any case.
    bool ConstantSize(HelperSignature helper, int index, in RegisterState value)
    {
        RegisterState buffer = _path.Frame.R[index];
        return AllocationSize(helper, index, value)
            && (buffer.IsNull || (MemoryArgument(helper, index - 1, buffer, _allocationSize, writes: false) && MemoryArgument(helper, index - 1, buffer, _allocationSize, writes: true)));
    }

    bool ReleasedArgument(HelperSignature helper, int index, in RegisterState value)
    {
        if (value is not { Kind: RegisterKind.Memory, Index: 0, ReadOnly: false, Nullable: false, Offset: 0, IsFixed: true } || !_path.HoldsReference(value.Reference))
            return RefuseArgument(helper, index, value, "what a reserve helper returned, unchanged and not given back yet");
        _released = value.Reference;
        return true;
    }

    bool StringArgument(HelperSignature helper, int index, in RegisterState value)
    {
        const string wanted = "a string in read-only data that ends in a zero byte";
        if (value is not { Kind: RegisterKind.MapValue, Nullable: false, IsFixed: true })
            return RefuseArgument(helper, index, value, wanted);
        ImmutableArray<byte> constants = ConstantsOf(value.Index);
        bool ends = (uint)value.Offset < (uint)constants.Length && constants.AsSpan()[value.Offset..].Contains((byte)0);
        return ends || RefuseArgument(helper, index, value, wanted);
    }

    bool SizeArgument(HelperSignature helper, int index, in RegisterState size)
    {
        HelperArgument kind = index == 0 ? HelperArgument.Anything : helper.Arguments[index - 1];
        bool orZero = helper.Arguments[index] == HelperArgument.SizeOrZero;
        if (!size.IsScalar)
            return RefuseArgument(helper, index, size, "a size");
        if (size.Range.SMin < 0)
            return RefuseSize(helper, index, size, "may be negative", "use an unsigned variable, or test that it is not negative");
        if (size.Range.UMax >= (ulong)MaxOffset)
            return RefuseSize(helper, index, size, "has no upper bound", "test that it is at most the size of the memory");
        if (size.Range.UMin == 0 && !orZero)
            return RefuseSize(helper, index, size, "may be zero", "test that it is not zero");
        RegisterState memory = _path.Frame.R[index];
        bool mayBeNull = kind is HelperArgument.MemoryOrNull or HelperArgument.WritableMemoryOrNull;
        _precision.Mark(_path, index + 1);
        if (memory.IsNull && mayBeNull && size.Range.UMax == 0)
            return true;
        memory.Nullable &= !mayBeNull;
        bool writes = kind is HelperArgument.MemoryUninitialized or HelperArgument.WritableMemoryOrNull or HelperArgument.WritableMemory
            or HelperArgument.MapValueMemory;
        return MemoryArgument(helper, index - 1, memory, (long)size.Range.UMax, writes);
    }

    bool RefuseSize(HelperSignature helper, int index, in RegisterState size, string why, string hint) =>
        Refuse(VerifierDiagnostics.HelperSize, $"size in r{index + 1} for bpf_{helper.Name} is {size}, which {why}", hint, index + 1);

    /// <summary>Whether a helper may read, or write, so many bytes at an argument.</summary>
    bool MemoryArgument(HelperSignature helper, int index, in RegisterState value, long size, bool writes)
    {
        int register = index + 1;
        if (value is { Kind: RegisterKind.Stack, Nullable: false })
        {
            if (!StackBounds(value, 0, size, register, out int low, out int high))
                return false;
            if (!writes)
                return ReadStack(value.Index, low, high, register);
            if (!EndObjects(value.Index, low, high, register))
                return false;
            // A helper that fails may write nothing.
            PerhapsFillStack(_path.Frames[value.Index]!, low, high);
            return true;
        }

        if (value.IsPacket && !TakesPackets(helper))
            return RefuseArgument(helper, index, value, "memory outside of the packet");
        bool memory = value.Kind is RegisterKind.MapValue or RegisterKind.MapKey or RegisterKind.Packet or RegisterKind.PacketMeta || value.IsGivenMemory;
        return memory ? Reach(value, 0, size, register, writes) : RefuseArgument(helper, index, value, "the address of memory that the program may use, for example '&key'");
    }
}
