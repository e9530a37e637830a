// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Tests.Helpers;

/// <summary>Calls helpers as machine code does: by address, with a thread block, inside a run of a program.</summary>
internal sealed unsafe class HelperBench : IHelperHost, IDisposable
{
    readonly GCHandle _self;
    readonly nint* _frame;

    internal HelperBench(HelperRegistry? registry = null)
    {
        Helpers = registry ?? new HelperRegistry();
        _self = GCHandle.Alloc(this);
        _frame = (nint*)NativeMemory.Alloc((nuint)sizeof(nint));
        *_frame = GCHandle.ToIntPtr(_self);
        Thread = (ThreadBlock*)NativeMemory.AllocZeroed(ThreadBlock.SlotsOffset);
        Thread->RoundLimit = ulong.MaxValue;
        Thread->RunFrame = _frame;
        Memory = (RunMemory*)NativeMemory.AllocZeroed((nuint)sizeof(RunMemory));
        Thread->Memory = Memory;
    }

    public string Name => "bench";

    public uint Id => 42;

    public HelperRegistry Helpers { get; }

    internal List<TraceMessage> Printed { get; } = [];

    internal ThreadBlock* Thread { get; }

    internal RunMemory* Memory { get; }

    public void Print(in TraceMessage message) => Printed.Add(message);

    internal ulong Call(HelperId id, ulong r1 = 0, ulong r2 = 0, ulong r3 = 0, ulong r4 = 0, ulong r5 = 0) =>
        Call(StandardHelpers.Table[(int)id].Address, r1, r2, r3, r4, r5);

    internal ulong Call(nint address, ulong r1 = 0, ulong r2 = 0, ulong r3 = 0, ulong r4 = 0, ulong r5 = 0) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>)address)(r1, r2, r3, r4, r5, Thread);

    internal ulong CallHost(int id, ulong r1 = 0, ulong r2 = 0, ulong r3 = 0, ulong r4 = 0, ulong r5 = 0) =>
        Call(Helpers.For(ProgramType.Xdp)[id].Address, r1, r2, r3, r4, r5);

    /// <summary>Declares memory readable for the run and gives its address.</summary>
    internal ulong Readable(Span<byte> pinned)
    {
        fixed (byte* start = pinned)
        {
            Memory->Frames = new MemoryWindow((ulong)start, (ulong)start + (ulong)pinned.Length);
            return (ulong)start;
        }
    }

    internal static byte[] Pinned(int length) => GC.AllocateArray<byte>(length, pinned: true);

    internal static byte[] Pinned(string text)
    {
        byte[] bytes = Pinned(Encoding.UTF8.GetByteCount(text) + 1);
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    internal static ulong AddressOf(byte[] pinned) => (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    internal static int ErrorOf(ulong result) => (int)-(long)result;

    public void Dispose()
    {
        NativeMemory.Free(Thread);
        NativeMemory.Free(Memory);
        NativeMemory.Free(_frame);
        _self.Free();
    }
}
