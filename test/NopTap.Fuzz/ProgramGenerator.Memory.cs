// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Fuzz;

// Loads, stores and atomic operations on the stack and on the memory.
public sealed partial class ProgramGenerator
{
    static readonly byte[] s_sizes = [Opcode.B, Opcode.H, Opcode.W, Opcode.DW];

    static readonly int[] s_updates =
    [
        AtomicOperation.Add, AtomicOperation.Or, AtomicOperation.And, AtomicOperation.Xor, AtomicOperation.Add | AtomicOperation.Fetch,
        AtomicOperation.Or | AtomicOperation.Fetch, AtomicOperation.And | AtomicOperation.Fetch, AtomicOperation.Xor | AtomicOperation.Fetch,
        AtomicOperation.Exchange, AtomicOperation.CompareExchange,
    ];

    void WriteAccess()
    {
        byte size = _random.Pick<byte>(s_sizes);
        (Register address, short offset) = AnyPlace(size, aligned: false);
        WriteAccessAt(size, address, offset);
    }

    void WriteAccessAt(byte size, Register address, short offset)
    {
        switch (_random.Below(4))
        {
            case 0:
                Emit(new((byte)(Opcode.Ldx | Opcode.Mem | size), AnyWritable(), address, offset, 0));
                break;
            case 1:
                byte mode = size == Opcode.DW ? Opcode.Mem : Opcode.MemSx;
                Emit(new((byte)(Opcode.Ldx | mode | size), AnyWritable(), address, offset, 0));
                break;
            case 2:
                Emit(new((byte)(Opcode.St | Opcode.Mem | size), address, 0, offset, (int)_random.Value()));
                break;
            default:
                Emit(new((byte)(Opcode.Stx | Opcode.Mem | size), address, AnyNumber(), offset, 0));
                break;
        }
    }

    /// <summary>An access at an offset that is computed: r_n = r9 + (number and mask). The register holds a number again afterwards.</summary>
    void WriteComputedAccess()
    {
        byte size = _random.Pick<byte>(s_sizes);
        Register index = AnyWritable();
        Register pointer = AnyWritable();
        if (pointer == index)
            return;
        Pin(new(Opcode.Alu64 | Opcode.And, index, 0, 0, 0x78));
        Pin(new(Opcode.Alu64 | Opcode.Mov | Opcode.X, pointer, Register.R9, 0, 0));
        Pin(new(Opcode.Alu64 | Opcode.Add | Opcode.X, pointer, index, 0, 0));
        short offset = (short)_random.Below(WorkingBytes - 0x78 - 8);
        if (_random.Chance(50))
            Emit(new((byte)(Opcode.Stx | Opcode.Mem | size), pointer, index, offset, 0));
        Pin(new((byte)(Opcode.Ldx | Opcode.Mem | size), pointer, pointer, offset, 0));
    }

    void WriteAtomic()
    {
        byte size = _random.Chance(50) ? Opcode.DW : Opcode.W;
        if (_random.Chance(25))
        {
            size = _random.Pick<byte>(s_sizes);
            (Register at, short displacement) = AnyPlace(size, aligned: true);
            if (_random.Chance(50))
                Emit(new((byte)(Opcode.Stx | Opcode.Atomic | size), AnyWritable(), at, displacement, AtomicOperation.LoadAcquire));
            else
                Emit(new((byte)(Opcode.Stx | Opcode.Atomic | size), at, AnyNumber(), displacement, AtomicOperation.StoreRelease));
            return;
        }

        int operation = _random.Pick<int>(s_updates);
        bool compares = operation == AtomicOperation.CompareExchange;
        bool fetches = !compares && (operation & AtomicOperation.Fetch) != 0;
        (Register address, short offset) = AnyPlace(size, aligned: true);
        // Half of the time compare with what is there, else the exchange would never happen.
        if (compares && _random.Chance(50))
            Emit(new((byte)(Opcode.Ldx | Opcode.Mem | size), Register.R0, address, offset, 0));
        Emit(new((byte)(Opcode.Stx | Opcode.Atomic | size), address, fetches ? AnyWritable() : AnyNumber(), offset, operation));
    }

    (Register Address, short Offset) AnyPlace(byte size, bool aligned)
    {
        int bytes = new Instruction(size, 0, 0, 0).AccessSize;
        // The kernel wants stack accesses aligned.
        if (_random.Chance(50))
            return (Register.R10, (short)(-_stack + (bytes * _random.Below(_stack / bytes))));
        return (Register.R9, (short)(aligned ? bytes * _random.Below(WorkingBytes / bytes) : _random.Below(WorkingBytes - bytes + 1)));
    }
}
