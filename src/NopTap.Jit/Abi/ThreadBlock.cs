// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Jit.Abi;

/// <summary>
/// The native block of one thread that runs BPF: what machine code, trampolines and helpers share. r12 holds its address in machine
/// code; helpers get it as their sixth argument.
/// </summary>
/// <remarks>
/// Written by its own thread alone, but for <see cref="RoundLimit"/>; other threads only read <see cref="Epoch"/> and the counters. The block is one private mapping:
/// this header in the first page, then the slots that links and programs lease (see <see cref="SlotsOffset"/>), untouched pages of which
/// cost nothing.
/// <code>
/// 0      8      16     24     32     40     48     56   60   64     72     80     88     96     120    128    4096
/// |Epoch |Depth |Tail  |Proc- |Cookie|Run   |Random|Fault|Cut|Memory|Held  |Rounds|Round |spare |Stack |spare | slots: 16 bytes each
/// |      |      |Calls |essor |      |Frame |      |     |   |      |Lock  |      |Limit |      |Floor |      |
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = SlotsOffset)]
internal unsafe struct ThreadBlock
{
    /// <summary>Byte offset of slot 0.</summary>
    public const int SlotsOffset = 4096;

    /// <summary>Bytes of a slot.</summary>
    public const int SlotSize = 16;

    /// <summary>Slots in a block.</summary>
    public const int SlotCount = 65536;

    /// <summary>Bytes of a whole block.</summary>
    public const int TotalSize = SlotsOffset + (SlotSize * SlotCount);

    /// <summary>Offset of <see cref="TailCalls"/>, for machine code.</summary>
    public const int TailCallsOffset = 16;

    /// <summary>Offset of <see cref="Processor"/>, for machine code.</summary>
    public const int ProcessorOffset = 24;

    /// <summary>Offset of <see cref="Cookie"/>, for machine code.</summary>
    public const int CookieOffset = 32;

    /// <summary>Offset of <see cref="Cut"/>, for machine code.</summary>
    public const int CutOffset = 60;

    /// <summary>Offset of <see cref="Rounds"/>, for machine code.</summary>
    public const int RoundsOffset = 80;

    /// <summary>Offset of <see cref="RoundLimit"/>, for machine code.</summary>
    public const int RoundLimitOffset = 88;

    /// <summary>0 while the thread is outside all BPF code; else the reclaimer's epoch when it entered.</summary>
    [FieldOffset(0)]
    public ulong Epoch;

    /// <summary>Runs that are nested in this thread (a helper or delegate may run a program).</summary>
    [FieldOffset(8)]
    public ulong Depth;

    /// <summary>Tail calls made by the current run; the 34th falls through.</summary>
    [FieldOffset(TailCallsOffset)]
    public ulong TailCalls;

    /// <summary>Processor number that the run sees: the index of its copy of per-cpu values.</summary>
    [FieldOffset(ProcessorOffset)]
    public uint Processor;

    /// <summary>Cookie of the observer that runs (<c>bpf_get_attach_cookie</c>).</summary>
    [FieldOffset(CookieOffset)]
    public ulong Cookie;

    /// <summary>The runtime's own record of the current run, or null; opaque to machine code.</summary>
    [FieldOffset(40)]
    public void* RunFrame;

    /// <summary>State of <c>bpf_get_prandom_u32</c>.</summary>
    [FieldOffset(48)]
    public ulong Random;

    /// <summary>Not zero when a helper caught an exception; the runtime takes it from the managed side.</summary>
    [FieldOffset(56)]
    public uint Fault;

    /// <summary>Not zero when the current run, or one in it, did less than it would have, since no round was left.</summary>
    [FieldOffset(CutOffset)]
    public uint Cut;

    /// <summary><see cref="Fault"/> and <see cref="Cut"/>: 0 after a run that came to its own end.</summary>
    [FieldOffset(56)]
    public ulong Outcome;

    /// <summary>Memory of the current run, for helpers that are given an address to try; null when there is none. Set by the runtime.</summary>
    [FieldOffset(64)]
    public RunMemory* Memory;

    /// <summary>Spin lock that an interpreted run holds, or 0. Machine code, which always comes to its end, does not note its own.</summary>
    [FieldOffset(72)]
    public ulong HeldLock;

    /// <summary>Rounds that runs of this thread have made: it only grows, and a run's are what it grew by.</summary>
    [FieldOffset(RoundsOffset)]
    public ulong Rounds;

    /// <summary>
    /// While <see cref="Rounds"/> is less, the current run may go on. The runtime sets it for each run; whoever stops the run, from any
    /// thread, writes 0 here. Machine code only compares, so that the 0 cannot be lost.
    /// </summary>
    [FieldOffset(RoundLimitOffset)]
    public ulong RoundLimit;

    /// <summary>Lowest address of the thread's stack at which enough of it was found left for a run; the runtime's own.</summary>
    [FieldOffset(120)]
    public ulong StackFloor;
}
