// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Benchmarks.Harness;
using NopTap.Contexts;

namespace NopTap.Benchmarks.Questions;

/// <summary>What does it cost to run a program from C#? Programs that return at once, against calls of C# and of native code.</summary>
internal static unsafe class RunQuestion
{
    internal static IEnumerable<Comparison> Comparisons()
    {
        using var bench = new Workbench();
        using var structure = new PlainContext<Pair>();
        BpfObject empty = bench.Load("empty");
        BpfProgram onPacket = empty.Programs["on_packet"];
        byte[] shortPacket = new byte[64];
        byte[] longPacket = new byte[1500];
        yield return new Comparison("run: a program that returns at once", "a run",
        [
            new Side("call of a C# method, not inlined", CallManaged),
            new Side("unmanaged call of the C library's abs", CallNative()),
            Plain("Run(PlainContext)", empty.Programs["on_structure"], structure),
            bench.OnPacket("Run(PacketBuffer), 64 bytes", onPacket, shortPacket),
            bench.OnPacket("Run(PacketBuffer), 1500 bytes", onPacket, longPacket),
            Timed("Run(packet), 64 bytes, timed", onPacket, shortPacket),
        ]);
    }

    static Side Plain(string name, BpfProgram program, PlainContext<Pair> context) => new(name, calls =>
    {
        for (int i = 0; i < calls; i++)
            program.Run(context);
    });

    static Side Timed(string name, BpfProgram program, byte[] packet) => new(name, calls =>
    {
        for (int i = 0; i < calls; i++)
            _ = program.Run(packet).ReturnValue;
    });

    static void CallManaged(int calls)
    {
        for (int i = 0; i < calls; i++)
            Identity(i);
    }

    static Action<int> CallNative()
    {
        nint absolute = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "abs");
        return calls =>
        {
            // SAFETY: int abs(int) of the C library, which is never unloaded.
            var function = (delegate* unmanaged<int, int>)absolute;
            for (int i = 0; i < calls; i++)
                function(i);
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Identity(int value) => value;

    readonly record struct Pair(ulong Left, ulong Right);
}
