// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Engines;

namespace NopTap.Interpreter.Tests;

public sealed class MemoryTests
{
    [Theory]
    [InlineData("r0 = *(u8 *)(r1 + 15)")]
    [InlineData("r0 = *(u64 *)(r1 + 8)")]
    [InlineData("*(u16 *)(r1 + 14) = 1")]
    [InlineData("r0 = *(u64 *)(r10 - 512)")]
    [InlineData("*(u8 *)(r10 - 1) = r1")]
    public void AllowsAccessesUpToTheEdges(string access)
    {
        using var buffer = new NativeBuffer(new byte[16]);
        Guest.Run($"r0 = 0\n{access}\nexit", r1: buffer.Address, regions: Guest.Region(buffer, "packet"));
    }

    [Theory]
    [InlineData("r0 = *(u8 *)(r1 + 16)", "load of 1 bytes", "packet")]
    [InlineData("r0 = *(u64 *)(r1 + 9)", "load of 8 bytes", "runs over the end of packet")]
    [InlineData("r0 = *(s32 *)(r1 - 1)", "load of 4 bytes", "packet")]
    [InlineData("*(u16 *)(r1 + 15) = 1", "store of 2 bytes", "packet")]
    [InlineData("*(u32 *)(r10 + 0) = r1", "store of 4 bytes", "stack of frame 0")]
    [InlineData("r0 = *(u8 *)(r10 - 513)", "load of 1 bytes", "stack of frame 0")]
    [InlineData("lock *(u64 *)(r10 + 0) += r1", "atomic update of 8 bytes", "stack of frame 0")]
    [InlineData("r0 = load_acquire((u64 *)(r10 + 0))", "load of 8 bytes", "stack of frame 0")]
    [InlineData("store_release((u64 *)(r10 + 0), r1)", "store of 8 bytes", "stack of frame 0")]
    public void RefusesAccessesBeyondTheEdges(string access, string what, string nearby)
    {
        using var buffer = new NativeBuffer(new byte[16]);
        Diagnostic diagnostic = Guest.Fault(
            InterpreterDiagnostics.OutsideMemory, $"r0 = 0\n{access}\nexit", r1: buffer.Address, regions: Guest.Region(buffer, "packet"));
        Assert.Equal(1, diagnostic.Place.Instruction);
        Assert.Contains(what, diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(nearby, diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r2 = 0\nr0 = *(u64 *)(r2 + 0)")]
    [InlineData("r2 = -8\n*(u64 *)(r2 + 0) = 1")]
    [InlineData("r2 = -1\nr0 = *(u64 *)(r2 + 0)")]
    public void RefusesAddressesThatAreNoMemoryAtAll(string access) =>
        Guest.Fault(InterpreterDiagnostics.OutsideMemory, $"{access}\nexit");

    [Theory]
    [InlineData("*(u8 *)(r1 + 0) = 1", true, false)]
    [InlineData("lock *(u32 *)(r1 + 0) |= r2", true, false)]
    [InlineData("r0 = *(u8 *)(r1 + 0)", false, true)]
    [InlineData("r0 = *(u8 *)(r1 + 0)", false, false)]
    public void RefusesWhatTheMemoryDoesNotAllow(string access, bool readable, bool writable)
    {
        using var buffer = new NativeBuffer(new byte[16]);
        Diagnostic diagnostic = Guest.Fault(
            InterpreterDiagnostics.ForbiddenAccess, $"{access}\nexit", r1: buffer.Address, regions: Guest.Region(buffer, "rodata", readable, writable));
        Assert.Contains("offset 0 of rodata", diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lock *(u64 *)(r10 - 12) += r1")]
    [InlineData("lock *(u32 *)(r10 - 6) += r1")]
    [InlineData("r0 = load_acquire((u16 *)(r10 - 3))")]
    [InlineData("store_release((u64 *)(r10 - 9), r1)")]
    public void RefusesUnalignedAtomics(string access) => Guest.Fault(InterpreterDiagnostics.UnalignedAtomic, $"{access}\nexit");

    [Fact]
    public void RefusesTheStackOfAFunctionThatHasReturned() => Guest.Fault(InterpreterDiagnostics.OutsideMemory, """
        call leak
        r0 = *(u64 *)(r0 - 8)
        exit
        leak: r0 = r10
        exit
        """);

    [Fact]
    public void LetsACalleeUseTheStackOfItsCaller() => Assert.Equal(7UL, Guest.Run("""
        *(u64 *)(r10 - 8) = 3
        r1 = r10
        call more
        r0 = *(u64 *)(r10 - 8)
        exit
        more: *(u64 *)(r1 - 8) = 7
        exit
        """));

    [Fact]
    public void StartsEveryFrameWithZeroes() => Assert.Equal(0UL, Guest.Run("""
        call dirty
        call look
        exit
        dirty: *(u64 *)(r10 - 8) = 3
        r0 = 0
        exit
        look: r0 = *(u64 *)(r10 - 8)
        exit
        """));

    [Fact]
    public void FindsMemoryThatTheRuntimeKnows()
    {
        using var value = new NativeBuffer([1, 2, 3, 4]);
        var imports = new InterpreterImports { Regions = new OneRegion(Guest.Region(value, "value of map 'm'")) };
        Assert.Equal(0x0403_0201UL, Guest.Run("r0 = *(u32 *)(r1 + 0)\nexit", imports, value.Address));
        Diagnostic diagnostic = Guest.Fault(InterpreterDiagnostics.OutsideMemory, "r0 = *(u32 *)(r1 + 1)\nexit", imports, value.Address);
        Assert.Contains("value of map 'm'", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void GivesMapReferencesTheirAddresses()
    {
        var imports = new InterpreterImports { Maps = [0x1000, 0x2000], MapValues = [0, 0x3000] };
        var program = Guest.Program(
            "r1 = map[fd:1]\nr2 = map[fd:1][0]+4\nr0 = r1\nr0 += r2\nexit", [new(0, 1, IsValue: false, 0), new(2, 1, IsValue: true, 4)]);
        Assert.Equal(0x5004UL, Guest.Run(program, imports));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, false)]
    public void RefusesReferencesWithoutAddress(int map, bool isValue)
    {
        var imports = new InterpreterImports { Maps = [0x1000], MapValues = [0] };
        var program = Guest.Program("r1 = map[fd:1]\nr0 = 0\nexit", [new MapReference(0, map, isValue, 0)]);
        var fault = Assert.Throws<BpfFaultException>(() => Guest.Run(program, imports));
        Assert.Equal(InterpreterDiagnostics.MissingReference.Id, fault.Diagnostic.Id);
    }

    [Fact]
    public void RefusesReferencesThatWereNotLinked() =>
        Guest.Fault(InterpreterDiagnostics.MissingReference, "r1 = map[fd:1]\nr0 = 0\nexit");

    [Fact]
    public void UpdatesAtomicallyAgainstOtherThreads()
    {
        const int Threads = 4;
        const int Rounds = 20_000;
        using var counters = new NativeBuffer(new byte[24]);
        GuestRegion region = Guest.Region(counters, "counters");
        Parallel.For(0, Threads, _ => Guest.Run($"""
            r2 = {Rounds}
            again:
              r3 = 1
              lock *(u64 *)(r1 + 0) += r3
              lock *(u32 *)(r1 + 8) += r3
              lock *(u64 *)(r1 + 16) ^= r2
              r2 -= 1
              if r2 != 0 goto again
            r0 = 0
            exit
            """, r1: counters.Address, regions: region));
        Assert.Equal(Threads * Rounds, BitConverter.ToInt64(counters.Span));
        Assert.Equal(Threads * Rounds, BitConverter.ToInt32(counters.Span[8..]));
        // An even number of threads toggles the same bits.
        Assert.Equal(0, BitConverter.ToInt64(counters.Span[16..]));
    }

    [Fact]
    public void RefusesMemoryThatAnotherRunUses()
    {
        using var memory = new GuestMemory();
        var hook = new RecordingHook { Traced = [0] };
        var interpreter = new ProgramInterpreter(Guest.Program("r0 = 0\nexit"), new InterpreterImports { Probes = hook });
        hook.Entered = () => Assert.Throws<InvalidOperationException>(() => interpreter.Run(memory, 0));
        interpreter.Run(memory, 0);
        Assert.Single(hook.Events, e => e.StartsWith("entry", StringComparison.Ordinal));
        hook.Entered = null;
        Assert.Equal(0UL, interpreter.Run(memory, 0));
    }

    sealed class OneRegion(GuestRegion region) : IGuestRegions
    {
        public bool TryFind(ulong address, out GuestRegion found)
        {
            found = region;
            return region.Covers(address, 1);
        }

        public GuestRegion? Nearest(ulong address) => region;
    }
}
