// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

public readonly partial record struct Instruction
{
    /// <summary>Whether this is an atomic operation, load-acquire and store-release included.</summary>
    public bool IsAtomic => (Opcode & (Isa.Opcode.ClassMask | Isa.Opcode.ModeMask)) == (Isa.Opcode.Stx | Isa.Opcode.Atomic);

    /// <summary>Whether this is a load with acquire order.</summary>
    public bool IsLoadAcquire => IsAtomic && Immediate == AtomicOperation.LoadAcquire;

    /// <summary>Whether this is a store with release order.</summary>
    public bool IsStoreRelease => IsAtomic && Immediate == AtomicOperation.StoreRelease;

    /// <summary>Whether this is an atomic operation that reads, changes and writes memory.</summary>
    public bool IsAtomicUpdate => IsAtomic && Immediate is not (AtomicOperation.LoadAcquire or AtomicOperation.StoreRelease);

    /// <summary>Whether this is a legacy packet load (<c>r0 = *(u32 *)skb[…]</c>).</summary>
    public bool IsPacketLoad => Class == Isa.Opcode.Ld && (Mode is Isa.Opcode.Abs or Isa.Opcode.Ind);

    /// <summary>Whether this reads memory through a register: plain, sign-extending and acquiring loads, atomic updates.</summary>
    public bool ReadsMemory => Class == Isa.Opcode.Ldx || (IsAtomic && Immediate != AtomicOperation.StoreRelease);

    /// <summary>Whether this writes memory through a register: stores, releasing stores, atomic updates.</summary>
    public bool WritesMemory => Class == Isa.Opcode.St || (Class == Isa.Opcode.Stx && !IsLoadAcquire);

    /// <summary>Register that holds the address of a memory access; meaningful where <see cref="ReadsMemory"/> or <see cref="WritesMemory"/>.</summary>
    public Register BaseRegister => Class == Isa.Opcode.Ldx || IsLoadAcquire ? Source : Destination;

    /// <summary>Registers whose values this uses; for a call r1 to r5, whatever the callee takes.</summary>
    public RegisterSet ReadRegisters => Class switch
    {
        Isa.Opcode.Alu or Isa.Opcode.Alu64 => ArithmeticReads(),
        Isa.Opcode.Jmp or Isa.Opcode.Jmp32 => JumpReads(),
        Isa.Opcode.Ld => LegacyLoadReads(),
        Isa.Opcode.Ldx => RegisterSet.Of(Source),
        Isa.Opcode.St => RegisterSet.Of(Destination),
        _ => StoreReads(),
    };

    /// <summary>Registers whose values this sets or destroys; for a call r0 to r5.</summary>
    public RegisterSet WrittenRegisters => Class switch
    {
        Isa.Opcode.Alu or Isa.Opcode.Alu64 or Isa.Opcode.Ldx => RegisterSet.Of(Destination),
        Isa.Opcode.Jmp or Isa.Opcode.Jmp32 => IsCall ? RegisterSet.CallClobbered : RegisterSet.None,
        // A legacy packet load (RFC 9669, section 5.5) is a hidden call: the kernel forgets the argument registers behind it.
        Isa.Opcode.Ld => IsPacketLoad ? RegisterSet.CallClobbered : IsWideLoad ? RegisterSet.Of(Destination) : RegisterSet.None,
        Isa.Opcode.Stx when IsAtomic => AtomicWrites(),
        _ => RegisterSet.None,
    };

    /// <summary>The 64-bit constant of a wide load.</summary>
    /// <param name="second">The slot behind this one.</param>
    public ulong WideImmediate(in Instruction second) => (uint)Immediate | ((ulong)(uint)second.Immediate << 32);

    RegisterSet ArithmeticReads()
    {
        // The source bit of End selects the byte order, not an operand.
        bool source = UsesSourceRegister && Operation is not (Isa.Opcode.End or Isa.Opcode.Neg);
        RegisterSet reads = source ? RegisterSet.Of(Source) : RegisterSet.None;
        return Operation == Isa.Opcode.Mov ? reads : reads.With(Destination);
    }

    RegisterSet JumpReads() => Operation switch
    {
        Isa.Opcode.Ja or Isa.Opcode.Jcond => RegisterSet.None,
        Isa.Opcode.Exit => RegisterSet.Of(Register.R0),
        Isa.Opcode.Call => UsesSourceRegister ? RegisterSet.Arguments.With(Destination) : RegisterSet.Arguments,
        _ => UsesSourceRegister ? RegisterSet.Of(Destination).With(Source) : RegisterSet.Of(Destination),
    };

    RegisterSet LegacyLoadReads()
    {
        if (!IsPacketLoad)
            return RegisterSet.None;
        RegisterSet context = RegisterSet.Of(Register.R6);
        return Mode == Isa.Opcode.Ind ? context.With(Source) : context;
    }

    RegisterSet StoreReads()
    {
        if (IsLoadAcquire)
            return RegisterSet.Of(Source);
        RegisterSet reads = RegisterSet.Of(Destination).With(Source);
        return IsAtomic && Immediate == AtomicOperation.CompareExchange ? reads.With(Register.R0) : reads;
    }

    RegisterSet AtomicWrites() => Immediate switch
    {
        AtomicOperation.LoadAcquire => RegisterSet.Of(Destination),
        AtomicOperation.StoreRelease => RegisterSet.None,
        AtomicOperation.CompareExchange => RegisterSet.Of(Register.R0),
        _ => (Immediate & AtomicOperation.Fetch) != 0 ? RegisterSet.Of(Source) : RegisterSet.None,
    };
}
