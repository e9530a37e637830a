// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Domains;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    bool Load(int slot, in Instruction instruction)
    {
        if (!IsWritten(instruction.BaseRegister))
            return false;
        RegisterState address = R(instruction.BaseRegister);
        RegisterState loaded;
        if (!NoteBase(slot, address, instruction))
            return false;
        if (address is { Kind: RegisterKind.Stack, Nullable: false })
        {
            if (!StackLoad(address, instruction, out loaded))
                return false;
        }
        else if (address.Kind == RegisterKind.Context)
        {
            if (!ContextAccessed(slot, instruction, address, out ContextField? field))
                return false;
            loaded = OfField(field!, instruction.AccessSize);
        }
        else
        {
            if (!Reach(address, instruction.Offset, instruction.AccessSize, (int)instruction.BaseRegister, writes: false))
                return false;
            loaded = OfMemory(address, instruction.Offset, instruction.AccessSize);
        }

        if (instruction.Class == Opcode.Ldx && instruction.Mode == Opcode.MemSx)
        {
            int bits = instruction.AccessSize * 8;
            loaded = loaded.IsScalar ? RegisterState.Number(loaded.Range.SignExtend(bits)) : RegisterState.Number(ScalarRange.Unknown.SignExtend(bits));
        }

        R(instruction.Destination) = loaded;
        return true;
    }

    RegisterState OfField(ContextField field, int size) => field.Kind switch
    {
        ContextFieldKind.PacketData => RegisterState.Pointer(RegisterKind.Packet),
        ContextFieldKind.PacketEnd => RegisterState.Pointer(RegisterKind.PacketEnd),
        ContextFieldKind.PacketMeta => RegisterState.Pointer(RegisterKind.PacketMeta),
        ContextFieldKind.TargetContext => RegisterState.Pointer(RegisterKind.TargetContext),
        ContextFieldKind.SocketOrNull => MaybeSocket(RegisterKind.SocketCommon),
        _ => RegisterState.Number(ScalarRange.OfBytes(size)),
    };

    // Frozen constants are known: what depends on them can be decided now.
    RegisterState OfMemory(in RegisterState address, int offset, int size)
    {
        if (address.Kind == RegisterKind.MapValue && address.IsFixed)
        {
            ImmutableArray<byte> constants = ConstantsOf(address.Index);
            int at = address.Offset + offset;
            if (at >= 0 && at + size <= constants.Length)
                return RegisterState.Constant(Read(constants.AsSpan().Slice(at, size)));
        }

        return RegisterState.Number(ScalarRange.OfBytes(size));
    }

    // A map that stands for others tells nothing of their bytes.
    ImmutableArray<byte> ConstantsOf(int map) => IsTemplate(map) ? [] : MapAccess.ConstantsOf(_request.Maps[map]);

    static ulong Read(ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        bytes.CopyTo(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    bool Store(int slot, in Instruction instruction)
    {
        if (instruction.IsLoadAcquire)
        {
            RegisterState from = R(instruction.Source);
            return AtomicAllowed(instruction, from, instruction.Source) && Load(slot, instruction) && AtomicAligned(instruction, from, instruction.Source);
        }

        if (!IsWritten(instruction.Destination) || (instruction.Class == Opcode.Stx && !IsWritten(instruction.Source)))
            return false;
        RegisterState address = R(instruction.Destination);
        if (instruction.IsAtomic && !AtomicAllowed(instruction, address, instruction.Destination))
            return false;
        if (instruction.IsAtomicUpdate)
            return AtomicUpdate(slot, instruction, address);
        if (!NoteBase(slot, address, instruction))
            return false;
        if (instruction.Class == Opcode.Stx && instruction.AccessSize == 8)
            NameNumber(ref R(instruction.Source));
        RegisterState value = instruction.Class == Opcode.Stx ? R(instruction.Source) : RegisterState.Constant((ulong)(long)instruction.Immediate);
        if (address is { Kind: RegisterKind.Stack, Nullable: false })
            return StackStore(address, instruction, value);
        if (address.Kind == RegisterKind.Context)
            return ContextAccessed(slot, instruction, address, out _);
        return Reach(address, instruction.Offset, instruction.AccessSize, (int)instruction.Destination, writes: true)
            && (!instruction.IsAtomic || AtomicAligned(instruction, address, instruction.Destination));
    }

    // The stack has its own rule, for all accesses.
    bool AtomicAligned(in Instruction instruction, in RegisterState address, Register register)
    {
        Tnum place = address.Range.Bits + Tnum.Constant((ulong)(address.Offset + (long)instruction.Offset));
        int size = instruction.AccessSize;
        return address.Kind == RegisterKind.Stack || ((place.Value | place.Mask) & (ulong)(size - 1)) == 0 || Refuse(
            VerifierDiagnostics.BadAtomic, $"atomic access of {size} bytes at {Say(address)}{instruction.Offset:+0;-0;+0}, not aligned", "align the variable", (int)register);
    }

    bool AtomicAllowed(in Instruction instruction, in RegisterState address, Register register)
    {
        if (address.Kind == RegisterKind.NotWritten)
            return IsWritten(register);
        if (address.Kind is RegisterKind.Context or RegisterKind.PacketSlice || address.IsPacket)
        {
            return Refuse(
                VerifierDiagnostics.BadAtomic, $"atomic access through r{(int)register}, {Say(address)}", "use atomic operations on map values", (int)register);
        }

        return AtomicOnArgument(instruction, address, register);
    }

    bool AtomicUpdate(int slot, in Instruction instruction, in RegisterState address)
    {
        bool exchange = instruction.Immediate == AtomicOperation.CompareExchange;
        if (exchange && !IsWritten(Register.R0))
            return false;
        Register receiver = exchange ? Register.R0 : instruction.Source;
        if ((instruction.Immediate & AtomicOperation.Fetch) != 0 && receiver == instruction.Destination)
        {
            return Refuse(
                VerifierDiagnostics.BadAtomic, $"atomic access through r{(int)receiver}, which also receives the old value",
                "keep the address in another register", (int)receiver);
        }

        if (!NoteBase(slot, address, instruction))
            return false;
        int size = instruction.AccessSize;
        RegisterState fetched = RegisterState.Number(ScalarRange.OfBytes(size));
        if (address is { Kind: RegisterKind.Stack, Nullable: false })
        {
            int register = (int)instruction.Destination;
            if (!StackBounds(address, instruction.Offset, size, register, out int low, out int high) || !StackAligned(address, instruction.Offset, size, register))
                return false;
            FrameState frame = _path.Frames[address.Index]!;
            int touched = SlotAt(low);
            if (address.IsFixed && touched < frame.Used && frame.Kinds[touched] == SlotKinds.Spill && frame.Spill(touched).IsPointer)
            {
                if (size < 8)
                    return RefusePart($"atomic access of {size} bytes of a stored value, {Say(frame.Spill(touched))}", register);
                // What comes back is the address that lay there.
                fetched = frame.Spill(touched);
            }

            if (!ReadStack(address.Index, low, high, register))
                return false;
            FillStack(frame, low, high, SlotKinds.MiscByte);
            if (address.IsFixed)
                NoteStack(address.Index, SlotAt(low));
        }
        else if (!ReachBoth(address, instruction.Offset, size, (int)instruction.Destination) || !AtomicAligned(instruction, address, instruction.Destination))
        {
            return false;
        }

        if ((instruction.Immediate & AtomicOperation.Fetch) != 0)
            R(receiver) = fetched;
        return true;
    }

    /// <summary>Notes through what a slot accesses memory: the context is rewritten, so it must be the context on every path or on none.</summary>
    bool NoteBase(int slot, in RegisterState address, in Instruction instruction)
    {
        ref uint seen = ref _facts.Bases[slot];
        uint kind = 1u << (int)address.Kind;
        if ((seen | kind) == kind || ((seen | kind) & (1u << (int)RegisterKind.Context)) == 0)
        {
            seen |= kind;
            return true;
        }

        var other = (RegisterKind)BitOperations.TrailingZeroCount(seen);
        int register = (int)instruction.BaseRegister;
        return Refuse(
            VerifierDiagnostics.MixedPointers, $"r{register} is {RegisterText.Name(address.Kind)} here and {RegisterText.Name(other)} on another path",
            "access the context in each branch on its own", register);
    }

    bool ContextAccessed(int slot, in Instruction instruction, in RegisterState address, out ContextField? field)
    {
        field = null;
        int register = (int)instruction.BaseRegister;
        if (address.Offset != 0 || !address.IsFixed)
        {
            return Refuse(
                VerifierDiagnostics.ModifiedContext, $"access through r{register}, {Say(address)}",
                $"keep the unmodified struct {_request.Context.StructName} pointer and access its fields by name", register);
        }

        Diagnostic? problem = ContextAccess.Check(_request.Context, instruction, ProgramPlaces.At(_program, slot), out field);
        if (problem is not null)
            return Refuse(problem, register);
        _facts.Fields[slot] = field;
        return true;
    }

    bool ReachBoth(in RegisterState address, int offset, long size, int register) =>
        Reach(address, offset, size, register, writes: true) && Reach(address, offset, size, register, writes: false);

    /// <summary>Whether an access of memory other than the stack and the context stays inside of it.</summary>
    bool Reach(in RegisterState address, int offset, long size, int register, bool writes)
    {
        if (address.Nullable)
        {
            return Refuse(
                VerifierDiagnostics.MayBeNull, $"access of {size} bytes through r{register}, {Say(address)}",
                address.IsArgument ? $"test r{register} for null before this access, or declare the parameter __arg_nonnull" : $"test r{register} for null before this access", register);
        }

        switch (address.Kind)
        {
            case RegisterKind.MapValue:
                MapSpec map = _request.Maps[address.Index];
                return MapAllows(map, register, writes) && Within(address, offset, size, map.ValueSize, $"a value of map '{map.Name}'", register)
                    && OutsideLock(map, address, offset, size, register);
            case RegisterKind.MapKey:
                map = _request.Maps[address.Index];
                if (writes)
                    return RefuseWrite($"a key of map '{map.Name}'", register);
                return Within(address, offset, size, map.KeySize, $"a key of map '{map.Name}'", register);
            case RegisterKind.Memory or RegisterKind.Slice or RegisterKind.PacketSlice:
                if (writes && address.ReadOnly)
                    return RefuseWrite("memory that was given out to be read only", register);
                return Within(address, offset, size, address.Size, MemoryName(address), register);
            case RegisterKind.SocketCommon or RegisterKind.Socket or RegisterKind.TcpSocket or RegisterKind.XdpSocket:
                return SocketReach(address, offset, size, register, writes);
            case RegisterKind.Packet or RegisterKind.PacketMeta:
                if (writes && !MayWritePackets)
                    return RefuseWrite($"the packet, which programs of type {_program.Type} only read", register);
                return PacketReach(address, offset, size, register);
            default:
                return Refuse(
                    VerifierDiagnostics.NotDereferenceable, $"access of {size} bytes through r{register}, {Say(address)}",
                    address.IsScalar ? "use bpf_probe_read_kernel for addresses that are no pointers of the program" : "hand it to a helper; its memory is not the program's", register);
        }
    }

    bool MapAllows(MapSpec map, int register, bool writes)
    {
        if (writes && map.IsReadOnlyData)
            return RefuseWrite($"map '{map.Name}', which is constant", register);
        if (writes && !MapAccess.MayWrite(map))
            return RefuseWrite($"map '{map.Name}', which programs only read (BPF_F_RDONLY_PROG)", register);
        return writes || MapAccess.MayRead(map) || Refuse(
            VerifierDiagnostics.WriteOnlyMemory, $"load from map '{map.Name}', which programs only write (BPF_F_WRONLY_PROG)",
            "leave the flag out, or read the map from the host", register);
    }

    static string MemoryName(in RegisterState address) =>
        address.Kind != RegisterKind.Memory ? "the memory behind a dynptr" : address.ReadOnly ? "an iterator's element" : s_memories[address.Index];

    bool MayWritePackets => _program.Type is ProgramType.Xdp or ProgramType.SchedCls or ProgramType.SchedAct or ProgramType.LwtXmit
        or ProgramType.SkSkb or ProgramType.SkMsg;

    bool RefuseWrite(string what, int register) =>
        Refuse(VerifierDiagnostics.ReadOnlyMemory, $"store to {what}", "write to a map that programs may change, or to the stack", register);

    bool Within(in RegisterState address, int offset, long size, long limit, string what, int register)
    {
        long low = address.Offset + (long)offset + Math.Clamp(address.Range.SMin, -2 * MaxOffset, 2 * MaxOffset);
        long high = address.Offset + (long)offset + (long)Math.Min(address.Range.UMax, 2 * MaxOffset) + size;
        if (low >= 0 && high <= limit && address.Range.UMax < MaxOffset)
            return true;
        string where = address.IsFixed ? $"{size} bytes at offset {low}" : $"{size} bytes at offset {address.Offset + offset} plus {address.Range}";
        string hint = address.IsFixed ? "access only what the type has"
            : low < 0 ? "use an unsigned index, or test that it is not negative" : $"test that the index stays below the end, or mask it, before this access";
        return Refuse(VerifierDiagnostics.OutOfBounds, $"{where} of {what}, which has {limit} bytes", hint, register);
    }

    bool PacketReach(in RegisterState address, int offset, long size, int register)
    {
        long at = address.Offset + (long)offset;
        string what = address.Kind == RegisterKind.Packet ? "packet" : "metadata";
        string end = address.Kind == RegisterKind.Packet ? "data_end" : "data";
        if (address.Range.SMin < 0 || at < 0)
        {
            return Refuse(
                VerifierDiagnostics.PacketOutOfBounds, $"{size} bytes at offset {at} plus {address.Range} of the {what}, which may lie before its start",
                "use an unsigned offset", register);
        }

        if (at + size <= address.Size && address.Range.UMax + (ulong)(at + size) <= MaxPacketOffset)
            return true;
        return Refuse(
            VerifierDiagnostics.PacketOutOfBounds, $"{size} bytes at offset {at} of the {what}, of which {Math.Max(address.Size, 0)} are known to exist",
            $"compare the address plus {at + size} with {end} before this access, on every path", register);
    }

    bool ProbeSite(Cfg.SiteReference reference)
    {
        ProbeSpec probe = _program.Probes[reference.ProbeIndex];
        ImmutableArray<ProbeArgumentSpec> arguments = reference.Site.Arguments;
        if (!SiteUnlocked(probe, arguments, reference.Site.Instruction))
            return false;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].IsConstant && R(arguments[i].Register).Kind == RegisterKind.NotWritten)
            {
                return Refuse(VerifierDiagnostics.UninitializedProbeArgument.At(
                    ProgramPlaces.Probe(_program, probe, reference.Site.Instruction),
                    $"argument {i} is in r{(int)arguments[i].Register}, which is not written on this path",
                    "give the argument a value on every path to the probe"), (int)arguments[i].Register);
            }

            if (i >= probe.Parameters.Length)
                continue;
            RegisterState value = arguments[i].IsConstant ? RegisterState.Constant((ulong)arguments[i].Constant) : R(arguments[i].Register);
            if (Fits(probe.Parameters[i], value))
                continue;
            string where = arguments[i].IsConstant ? "it" : $"r{(int)arguments[i].Register}";
            return Refuse(VerifierDiagnostics.ProbeArgumentType.At(
                ProgramPlaces.Probe(_program, probe, reference.Site.Instruction),
                $"argument {i} is declared '{probe.Parameters[i]}' but {where} is {Say(value)}",
                "pass a value of the declared type, or declare the type that is passed"), arguments[i].IsConstant ? -1 : (int)arguments[i].Register);
        }

        return true;
    }

    static bool Fits(ProbeParameter parameter, in RegisterState value) => parameter.Kind switch
    {
        ProbeArgumentKind.Integer => value.IsScalar,
        // Nothing was declared, so nothing can be wrong: an observer sees the bits as a number.
        ProbeArgumentKind.Untyped => true,
        ProbeArgumentKind.Context => value is { Kind: RegisterKind.Context, Offset: 0, IsFixed: true },
        // A null pointer points nowhere; other numbers would be addresses that nobody vouches for.
        _ => value.IsPointer ? value.Kind is not (RegisterKind.Map or RegisterKind.Function) : !value.Range.IsConstant || value.IsNull,
    };
}
