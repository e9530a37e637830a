// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Numerics;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Interpreter;

// Loads, stores and atomic operations: RFC 9669, section 5.
sealed partial class Execution
{
    void Load(in Instruction instruction)
    {
        int size = instruction.AccessSize;
        bool signExtends = instruction.Mode == Opcode.MemSx;
        if (instruction.Mode != Opcode.Mem && !(signExtends && size < 8))
            throw Meaningless(instruction);
        ulong address = Read(instruction.Source) + (ulong)(long)instruction.Offset;
        Check(address, size, read: true, write: false);
        ulong value = GuestMemory.Load(address, size);
        Write(instruction.Destination, signExtends ? SignExtend(value, size) : value);
    }

    void StoreImmediate(in Instruction instruction)
    {
        if (instruction.Mode != Opcode.Mem)
            throw Meaningless(instruction);
        StoreAt(instruction, (ulong)(long)instruction.Immediate);
    }

    void StoreRegister(in Instruction instruction)
    {
        switch (instruction.Mode)
        {
            case Opcode.Mem: StoreAt(instruction, Read(instruction.Source)); break;
            case Opcode.Atomic: Atomic(instruction); break;
            default: throw Meaningless(instruction);
        }
    }

    void StoreAt(in Instruction instruction, ulong value)
    {
        ulong address = Read(instruction.Destination) + (ulong)(long)instruction.Offset;
        Check(address, instruction.AccessSize, read: false, write: true);
        GuestMemory.Store(address, instruction.AccessSize, value);
    }

    void Atomic(in Instruction instruction)
    {
        int size = instruction.AccessSize;
        ulong address = Read(instruction.BaseRegister) + (ulong)(long)instruction.Offset;
        if (address % (uint)size != 0)
            throw Fault(InterpreterDiagnostics.UnalignedAtomic, $"{size} bytes at 0x{address:x}", $"align the operand to {size} bytes");
        switch (instruction.Immediate)
        {
            case AtomicOperation.LoadAcquire:
                Check(address, size, read: true, write: false);
                Write(instruction.Destination, GuestMemory.LoadAcquire(address, size));
                break;
            case AtomicOperation.StoreRelease:
                Check(address, size, read: false, write: true);
                GuestMemory.StoreRelease(address, size, Read(instruction.Source));
                break;
            default:
                Update(instruction, address, size);
                break;
        }
    }

    void Update(in Instruction instruction, ulong address, int size)
    {
        if (size < 4)
            throw Meaningless(instruction);
        Check(address, size, read: true, write: true);
        ulong operand = Read(instruction.Source);
        bool exists;
        ulong old;
        if (size == 8)
        {
            exists = GuestMemory.TryUpdate64(address, instruction.Immediate, operand, _r[0], out old);
        }
        else
        {
            exists = GuestMemory.TryUpdate32(address, instruction.Immediate, (uint)operand, (uint)_r[0], out uint narrow);
            old = narrow;
        }

        if (!exists)
            throw Meaningless(instruction);
        if (instruction.Immediate == AtomicOperation.CompareExchange)
            _r[0] = old;
        else if ((instruction.Immediate & AtomicOperation.Fetch) != 0)
            Write(instruction.Source, old);
    }

    void LoadConstantOrPacket(in Instruction instruction)
    {
        if (instruction.IsPacketLoad)
            LoadPacket(instruction);
        else if (instruction.IsWideLoad && _slot + 1 < _program.Code.Length)
            LoadWide(instruction, _program.Code[_slot + 1]);
        else
            throw Meaningless(instruction);
    }

    void LoadWide(in Instruction instruction, in Instruction second)
    {
        _next = _slot + 2;
        ulong value;
        if (_program.ReferenceAt(_slot) is { } reference)
            value = AddressOf(reference);
        else if (instruction.IsFunctionReference)
            value = ProgramInterpreter.TokenOf(TargetFunction(instruction));
        else if ((byte)instruction.Source == PseudoSource.Constant)
            value = instruction.WideImmediate(second);
        else
            throw Fault(InterpreterDiagnostics.MissingReference, $"the wide load of kind {(byte)instruction.Source} names nothing that was linked", "load the program through its object, so that its references are resolved");
        Write(instruction.Destination, value);
    }

    ulong AddressOf(in MapReference reference)
    {
        var addresses = reference.IsValue ? _program.Imports.MapValues : _program.Imports.Maps;
        nint address = reference.MapIndex < addresses.Length ? addresses[reference.MapIndex] : 0;
        if (address == 0)
            throw Fault(InterpreterDiagnostics.MissingReference, $"map {reference.MapIndex} has no address", reference.IsValue ? "only maps with one array of values can be held by value" : "give the address in InterpreterImports.Maps");
        return (ulong)address + reference.Offset;
    }

    void LoadPacket(in Instruction instruction)
    {
        int helper = -1 - BitOperations.Log2((uint)instruction.AccessSize);
        if (instruction.AccessSize > 4 || !_program.Imports.Helpers.TryGetValue(helper, out nint address))
            throw Meaningless(instruction);
        ulong index = instruction.Mode == Opcode.Ind ? Read(instruction.Source) : 0;
        _r[1] = _r[6];
        _r[2] = (ulong)(int)(index + (ulong)(long)instruction.Immediate);
        long value = (long)GuestMemory.CallHelper(address, _r, _threadBlock);
        Return((ulong)value);
        if (value < 0)
            LeaveEarly(EarlyExit.PacketLoadFails);
    }

    void Check(ulong address, int size, bool read, bool write)
    {
        string verb = write ? read ? "atomic update" : "store" : "load";
        if (!_memory.TryFind(_program.Imports.Regions, address, (ulong)size, out GuestRegion region))
            throw Fault(InterpreterDiagnostics.OutsideMemory, $"{verb} of {size} bytes at 0x{address:x}, {Nearby(address)}", "check the pointer's bounds before this access");
        if ((read && !region.IsReadable) || (write && !region.IsWritable))
            throw Fault(InterpreterDiagnostics.ForbiddenAccess, $"{verb} of {size} bytes at offset {address - region.Base} of {region.Name}", region.IsReadable ? "this memory is read-only" : "only helpers may use this memory");
    }

    string Nearby(ulong address)
    {
        if (_memory.Nearest(_program.Imports.Regions, address) is not { } region)
            return "the program has no memory";
        string extent = string.Create(CultureInfo.InvariantCulture, $"{region.Name} (0x{region.Base:x}, {region.Length} bytes)");
        ulong distance = region.DistanceTo(address);
        if (distance == 0)
            return $"it runs over the end of {extent}";
        return address < region.Base ? $"the nearest memory is {extent}, {distance} bytes above" : $"the nearest memory is {extent}, {distance} bytes below";
    }

    static ulong SignExtend(ulong value, int size) => size switch
    {
        1 => (ulong)(sbyte)value,
        2 => (ulong)(short)value,
        _ => (ulong)(int)value,
    };
}
