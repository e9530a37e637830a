// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>Spin locks and maps of maps: a program for each rule, and the kernel's verdict beside ours.</summary>
public sealed class LockTests
{
    const uint InnerMap = 1 << 12;

    // Values of 32 bytes with a lock at 8 (0), of 24 with one at 0 (1), one value of global data with a lock at 4 (2).
    static readonly ImmutableArray<MapSpec> s_maps =
    [
        new() { Name = "totals", Type = MapType.Array, KeySize = 4, ValueSize = 32, MaxEntries = 8, SpinLockOffset = 8 },
        new() { Name = "flows", Type = MapType.Hash, KeySize = 8, ValueSize = 24, MaxEntries = 16, SpinLockOffset = 0 },
        new() { Name = ".data.own", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, SpinLockOffset = 4 },
        new() { Name = "plain", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8 },
        new() { Name = "jumps", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 4 },
        Outer("arrays", MapType.ArrayOfMaps, new() { Name = "arrays.inner", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8 }),
        Outer("hashes", MapType.HashOfMaps, new() { Name = "hashes.inner", Type = MapType.Hash, KeySize = 4, ValueSize = 24, MaxEntries = 8, SpinLockOffset = 0 }),
        Outer("any", MapType.ArrayOfMaps, new() { Name = "any.inner", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8, Flags = InnerMap }),
        new() { Name = "template", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 8, Flags = InnerMap },
        Outer("rings", MapType.ArrayOfMaps, new() { Name = "rings.inner", Type = MapType.Ringbuf, MaxEntries = 4096 }),
    ];

    const string Start = "r6 = r1\nr9 = *(u32 *)(r1 + 12)\n*(u64 *)(r10 - 8) = r9\n";
    const string End = "\nr0 = 0\nexit";
    const string Lock = "r1 = r0\nr1 += 8\ncall spin_lock\n";
    const string Unlock = "r1 = r7\nr1 += 8\ncall spin_unlock\n";

    // The value in r0 and r7, or the end of the program.
    static string Find(int map, string key = "r2 = r10\nr2 += -8\n") => $"{key}r1 = map[idx:{map}]\ncall map_lookup_elem\nif r0 != 0 goto +2\nr0 = 0\nexit\nr7 = r0\n";

    const string ConstantKey = "*(u32 *)(r10 - 16) = 3\nr2 = r10\nr2 += -16\n";

    // The same in the map that r0 holds.
    const string FindInner = "r1 = r0\nr2 = r10\nr2 += -8\ncall map_lookup_elem\nif r0 != 0 goto +2\nr0 = 0\nexit\nr7 = r0\n";
    const string FindFree = "r1 = r0\nr2 = r10\nr2 += -8\ncall map_lookup_elem\nif r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\nr0 = 0\nexit";

    static MapSpec Outer(string name, MapType type, MapSpec inner) => new() { Name = name, Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 8, Inner = inner };

    static VerificationRequest Request(string text, ProgramType type = ProgramType.Xdp, params ImmutableArray<ProbeSpec> probes)
    {
        VerificationRequest request = Asm.Request(text, probes);
        return request with { Maps = s_maps, Context = Layouts.Of(type)!, Program = request.Program with { Type = type } };
    }

    static void AskKernel(VerificationRequest request, bool accepted)
    {
        if (KernelOracle.Unavailable is not null)
            return;
        using var oracle = new KernelOracle(s_maps);
        KernelVerdict verdict = oracle.Load(request.Program, log: true);
        Assert.True(verdict.IsAccepted == accepted, $"the kernel says errno {verdict.Errno}: {verdict.Log}");
    }

    public static TheoryData<string, string> Refused => new()
    {
        // Where the lock is.
        { Start + "r2 = r10\nr2 += -8\nr1 = map[idx:0]\ncall map_lookup_elem\nr7 = r0\n" + "r1 = r0\ncall spin_lock\n" + Unlock + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + Find(0) + "r1 = r0\nr1 += 4\ncall spin_lock\n" + Unlock + End, VerifierDiagnostics.BadLock.Id },
        { Start + Find(0) + "r1 = r0\nr9 &= 8\nr1 += r9\ncall spin_lock\n" + Unlock + End, VerifierDiagnostics.BadLock.Id },
        { Start + Find(3) + Lock + Unlock + End, VerifierDiagnostics.BadLock.Id },
        { Start + "*(u64 *)(r10 - 16) = 0\nr1 = r10\nr1 += -16\ncall spin_lock" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "r1 = 0\ncall spin_lock" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "r1 = map[idx:0]\ncall spin_lock" + End, VerifierDiagnostics.HelperArgument.Id },
        { Start + "r1 = map[idx:2][0]\ncall spin_lock" + End, VerifierDiagnostics.BadLock.Id },
        // Pairs.
        { Start + Find(0) + Lock + Lock.Replace("r0", "r7", StringComparison.Ordinal) + Unlock + End, VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + "r8 = r0\n" + Find(1) + "r1 = r8\nr1 += 8\ncall spin_lock\nr1 = r7\ncall spin_lock\nr1 = r7\ncall spin_unlock\nr1 = r8\nr1 += 8\ncall spin_unlock" + End, VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + Unlock + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(0) + Lock + Unlock + Unlock + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(0) + "r8 = r0\n" + Find(0) + "r1 = r8\nr1 += 8\ncall spin_lock\n" + Unlock + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(0, ConstantKey) + "r8 = r0\n" + Find(0, ConstantKey) + "r1 = r8\nr1 += 8\ncall spin_lock\n" + Unlock + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(0) + "r8 = r0\n" + Find(1) + "r1 = r8\nr1 += 8\ncall spin_lock\nr1 = r7\ncall spin_unlock" + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(0) + Lock + End, VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + "if r9 == 5 goto +3\n" + Lock + Unlock + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(0) + Lock + "if r9 == 5 goto +3\n" + Unlock + End, VerifierDiagnostics.LockHeld.Id },
        // Nothing is called under a lock.
        { Start + Find(0) + Lock + "call ktime_get_ns\n" + Unlock + End, VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + Lock + "r2 = r10\nr2 += -8\nr1 = map[idx:3]\ncall map_lookup_elem\n" + Unlock + End, VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + Lock + "r1 = r6\nr2 = map[idx:4]\nr3 = 0\ncall tail_call\n" + Unlock + End, VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + Lock + "r1 = 3\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall loop\n" + Unlock + End + "\nfn_cb:\nr0 = 0\nexit", VerifierDiagnostics.LockHeld.Id },
        { Start + "r1 = map[idx:0]\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nr0 = 0\nexit\nfn_cb:\nr1 = r3\nr1 += 8\ncall spin_lock\nr0 = 0\nexit", VerifierDiagnostics.LockHeld.Id },
        { Start + Find(0) + "r1 = r7\ncall fn_take\nr0 = 0\nexit\nfn_take:\nr1 += 8\ncall spin_lock\nr0 = 0\nexit", VerifierDiagnostics.LockHeld.Id },
        // The lock is no memory.
        { Start + Find(0) + "r1 = *(u32 *)(r0 + 8)" + End, VerifierDiagnostics.LockAccessed.Id },
        { Start + Find(0) + "r1 = *(u8 *)(r0 + 11)" + End, VerifierDiagnostics.LockAccessed.Id },
        { Start + Find(0) + "*(u64 *)(r0 + 8) = 0" + End, VerifierDiagnostics.LockAccessed.Id },
        { Start + Find(0) + "r1 = 1\nlock *(u32 *)(r0 + 8) += r1" + End, VerifierDiagnostics.LockAccessed.Id },
        { Start + Find(0) + "r9 &= 24\nr0 += r9\nr0 = *(u64 *)(r0 + 0)" + End, VerifierDiagnostics.LockAccessed.Id },
        { Start + Find(0) + "r1 = map[idx:3]\nr2 = r10\nr2 += -8\nr3 = r7\nr4 = 0\ncall map_update_elem" + End, VerifierDiagnostics.LockAccessed.Id },
        { Start + Find(0) + "r1 = r7\nr2 = 16\nr3 = 5\ncall probe_read_kernel" + End, VerifierDiagnostics.LockAccessed.Id },
        { "r1 = map[idx:2][0]+4\nr0 = *(u32 *)(r1 + 0)" + End, VerifierDiagnostics.LockAccessed.Id },
        // Maps of maps.
        { Start + "r2 = r10\nr2 += -8\nr1 = map[idx:5]\ncall map_lookup_elem\n" + FindFree, VerifierDiagnostics.HelperArgument.Id },
        { Start + ConstantKey + "r1 = map[idx:5]\ncall map_lookup_elem\n" + FindFree, VerifierDiagnostics.HelperArgument.Id },
        { Start + Find(5) + "r1 = r0\nr2 = r10\nr2 += -8\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)" + End, VerifierDiagnostics.MayBeNull.Id },
        { Start + Find(5) + FindInner + "r0 = *(u64 *)(r0 + 16)" + End, VerifierDiagnostics.OutOfBounds.Id },
        { Start + Find(5) + "r0 += 8" + End, VerifierDiagnostics.BadPointerArithmetic.Id },
        { Start + Find(5) + "*(u64 *)(r0 + 0) = 1" + End, VerifierDiagnostics.NotDereferenceable.Id },
        { Start + "*(u32 *)(r10 - 12) = 0\nr1 = map[idx:5]\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -12\nr4 = 0\ncall map_update_elem" + End, VerifierDiagnostics.MapMismatch.Id },
        { Start + "r1 = map[idx:6]\nr2 = r10\nr2 += -8\ncall map_delete_elem" + End, VerifierDiagnostics.MapMismatch.Id },
        { Start + "r1 = map[idx:5]\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nr0 = 0\nexit\nfn_cb:\nr0 = 0\nexit", VerifierDiagnostics.MapMismatch.Id },
        { Start + Find(9) + "r1 = r0\nr2 = r10\nr2 += -8\ncall map_lookup_elem" + End, VerifierDiagnostics.MapMismatch.Id },
        { Start + Find(7) + ConstantKey + "r1 = r0\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)" + End, VerifierDiagnostics.MayBeNull.Id },
        { Start + ConstantKey + "r1 = map[idx:8]\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)" + End, VerifierDiagnostics.MayBeNull.Id },
        { Start + Find(6) + "r8 = r0\n" + FindInner + "*(u64 *)(r10 - 24) = r0\nr0 = r8\n" + FindInner + "r1 = *(u64 *)(r10 - 24)\ncall spin_lock\nr1 = r7\ncall spin_unlock" + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(6) + FindInner + "*(u64 *)(r10 - 24) = r0\n" + Find(6) + FindInner + "r1 = *(u64 *)(r10 - 24)\ncall spin_lock\nr1 = r7\ncall spin_unlock" + End, VerifierDiagnostics.LockNotHeld.Id },
        { Start + Find(6) + FindInner + "r0 = *(u32 *)(r0 + 0)" + End, VerifierDiagnostics.LockAccessed.Id },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void RefusesAsTheKernelDoes(string text, string id)
    {
        VerificationRequest request = Request(text);
        VerificationResult result = ProgramVerifier.Verify(request);
        Assert.Equal(id, result.Rejection?.Id);
        Assert.NotEmpty(result.Rejection!.Hint);
        AskKernel(request, accepted: false);
    }

    public static TheoryData<string> Accepted => new()
    {
        { Start + Find(0) + Lock + "*(u64 *)(r7 + 0) = 1\n*(u32 *)(r7 + 12) = 2\n" + Unlock + End },
        { Start + Find(0) + "*(u64 *)(r10 - 24) = r7\n" + Lock + "r1 = *(u64 *)(r10 - 24)\nr1 += 8\ncall spin_unlock" + End },
        { Start + Find(0, ConstantKey).Replace("if r0 != 0 goto +2\nr0 = 0\nexit\n", "", StringComparison.Ordinal) + Lock + Unlock + End },
        { Start + Find(0) + Lock + Unlock + "r0 = r7\n" + Lock + Unlock + End },
        { Start + Find(0) + Lock + "if r9 == 5 goto +4\n" + Unlock + "goto +3\n" + Unlock + End },
        { Start + Find(1) + "r1 = r0\ncall spin_lock\nr1 = *(u64 *)(r7 + 8)\nr1 += 1\n*(u64 *)(r7 + 8) = r1\nr1 = r7\ncall spin_unlock" + End },
        { "r1 = map[idx:2][0]+4\ncall spin_lock\nr1 = map[idx:2][0]+8\n*(u64 *)(r1 + 0) = 1\nr1 = map[idx:2][0]+4\ncall spin_unlock" + End },
        { Start + Find(0) + Lock + "r1 = r7\ncall fn_add\n" + Unlock + "r0 = 0\nexit\nfn_add:\n*(u64 *)(r1 + 16) = 3\nr0 = 0\nexit" },
        { Start + Find(0) + "r1 = r7\ncall fn_take\n" + Unlock + "r0 = 0\nexit\nfn_take:\nr1 += 8\ncall spin_lock\nr0 = 0\nexit" },
        { Start + Find(0) + Lock + "r1 = r7\ncall fn_give\nr0 = 0\nexit\nfn_give:\nr1 += 8\ncall spin_unlock\nr0 = 0\nexit" },
        { Start + Find(0) + Lock + "r2 = 0\nr2 += 1\nr3 = *(u64 *)(r7 + 16)\nif r2 < 20 goto -3\n" + Unlock + End },
        { Start + "r1 = map[idx:0]\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nr0 = 0\nexit\nfn_cb:\nr7 = r3\nr0 = r3\n" + Lock + "*(u64 *)(r7 + 24) = 1\n" + Unlock + "r0 = 0\nexit" },
        { Start + "*(u64 *)(r10 - 32) = 0\n*(u64 *)(r10 - 24) = 0\n*(u64 *)(r10 - 16) = 0\nr1 = map[idx:1]\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -32\nr4 = 4\ncall map_update_elem" + End },
        { Start + Find(0) + "r9 &= 8\nr0 += r9\nr0 = *(u64 *)(r0 + 16)" + End },
        { Start + Find(0) + "r1 = r7\nr1 += 12\nr2 = 20\nr3 = 5\ncall probe_read_kernel" + End },
        // Loops in which the lock is taken round by round, and a test behind each of two look-ups.
        { Start + "r8 = 0\nr2 = r10\nr2 += -8\nr1 = map[idx:0]\ncall map_lookup_elem\nif r0 == 0 goto +9\nr7 = r0\n" + Lock + Unlock + "r8 += 1\nif r8 < 9 goto -15" + End },
        // Maps of maps.
        { Start + Find(5) + FindInner + "*(u64 *)(r0 + 8) = 1" + End },
        { Start + Find(5) + ConstantKey + "r1 = r0\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)" + End },
        { Start + Find(6) + FindInner + "r1 = r0\ncall spin_lock\n*(u64 *)(r7 + 8) = 1\nr1 = r7\ncall spin_unlock" + End },
        { Start + Find(6) + "r1 = r0\nr2 = r10\nr2 += -8\ncall map_delete_elem" + End },
        { Start + Find(6) + "*(u64 *)(r10 - 32) = 0\n*(u64 *)(r10 - 24) = 0\n*(u64 *)(r10 - 16) = 0\nr1 = r7\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -32\nr4 = 0\ncall map_update_elem" + End },
        { Start + Find(5) + "r1 = r0\nr2 = subprog[fn_cb]\nr3 = 0\nr4 = 0\ncall for_each_map_elem\nr0 = 0\nexit\nfn_cb:\nr0 = *(u64 *)(r3 + 8)\nr0 = 0\nexit" },
        { Start + Find(9) + "r1 = r0\nr2 = 16\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto +3\nr1 = r0\nr2 = 0\ncall ringbuf_submit" + End },
        { Start + Find(5) + "*(u64 *)(r10 - 24) = r0\n" + Find(7) + "r1 = *(u64 *)(r10 - 24)\nr2 = r10\nr2 += -8\ncall map_lookup_elem" + End },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void AcceptsWhatTheKernelAccepts(string text)
    {
        VerificationRequest request = Request(text);
        VerificationResult result = ProgramVerifier.Verify(request);
        Assert.True(result.IsAccepted, result.Explanation?.ToString() ?? result.Rejection?.ToString());
        AskKernel(request, accepted: true);
    }

    [Theory]
    [InlineData(ProgramType.SocketFilter, 0, false)]
    [InlineData(ProgramType.SocketFilter, 3, true)]
    [InlineData(ProgramType.SocketFilter, 5, true)]
    [InlineData(ProgramType.SchedCls, 0, true)]
    public void KeepsLocksFromSomeProgramTypes(ProgramType type, int map, bool accepted)
    {
        VerificationRequest request = Request($"*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\nr1 = map[idx:{map}]\ncall map_lookup_elem" + End, type);
        Assert.Equal(accepted ? null : VerifierDiagnostics.LockForbidden.Id, ProgramVerifier.Verify(request).Rejection?.Id);
        AskKernel(request, accepted);
    }

    [Theory]
    [InlineData(ProgramType.SocketFilter)]
    [InlineData(ProgramType.SchedCls)]
    public void TakesLocksOfInnerMaps(ProgramType type)
    {
        const string key = "*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\n";
        VerificationRequest request = Request(Find(6, key) + FindInner + "r1 = r0\ncall spin_lock\nr1 = r7\ncall spin_unlock" + End, type);
        VerificationResult result = ProgramVerifier.Verify(request);
        Assert.True(result.IsAccepted, result.Rejection?.ToString());
        AskKernel(request, accepted: true);
    }

    [Fact]
    public void RefusesPacketLoadsUnderALock()
    {
        const string key = "r6 = r1\n*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\n";
        VerificationRequest request = Request(Find(0, key) + Lock + "r0 = *(u8 *)skb[0]\n" + Unlock + End, ProgramType.SchedCls);
        Assert.Equal(VerifierDiagnostics.LockHeld.Id, ProgramVerifier.Verify(request).Rejection?.Id);
        AskKernel(request, accepted: false);
    }

    [Fact]
    public void RefusesAProbeUnderALock()
    {
        static VerificationResult Verify(string before, string behind, int slot) => ProgramVerifier.Verify(Request(
            Start + Find(0) + before + "goto +0\n" + behind + End, ProgramType.Xdp, Asm.Probe("p", [Asm.Int], new ProbeSiteSpec(slot, [Asm.In(Register.R9)]))));
        Assert.True(Verify("", Lock + Unlock, 12).IsAccepted);
        VerificationResult result = Verify(Lock, Unlock, 15);
        Assert.Equal(VerifierDiagnostics.ProbeUnderLock.Id, result.Rejection?.Id);
        Assert.Contains("taken at insn 14", result.Rejection!.Message, StringComparison.Ordinal);
    }

    // The kernel: "global function calls are not allowed while holding a lock", "BPF_EXIT instruction in main prog cannot be used inside
    // bpf_spin_lock-ed region".
    [Theory]
    [InlineData(Lock, "", Unlock, "BPF2062")]
    [InlineData("", "r1 = map[idx:2][0]+4\ncall spin_lock\n", "", "BPF2062")]
    [InlineData("", "r1 = map[idx:2][0]+4\ncall spin_lock\nr1 = map[idx:2][0]+4\ncall spin_unlock\n", "", null)]
    public void GlobalFunctionsKnowNothingOfLocks(string before, string inside, string behind, string? id)
    {
        VerificationRequest request = Request(Start + Find(0) + before + "call fn_g\n" + behind + "r0 = 0\nexit\nfn_g:\n" + inside + "r0 = 0\nexit");
        FunctionSpec function = request.Program.Functions[1] with { IsGlobal = true, Prototype = new FunctionPrototype("int", true, []) };
        request = request with { Program = request.Program with { Functions = request.Program.Functions.SetItem(1, function) } };
        Assert.Equal(id, ProgramVerifier.Verify(request).Rejection?.Id);
    }

    [Fact]
    public void NotesNoMapOfALookUpInAnInnerMap()
    {
        VerifiedProgram program = ProgramVerifier.Verify(Request(Start + Find(5) + FindInner + End)).EnsureAccepted();
        Assert.Equal(5, program.Facts[7].MapIndex);
        Assert.Equal(-1, program.Facts[15].MapIndex);
    }
}
