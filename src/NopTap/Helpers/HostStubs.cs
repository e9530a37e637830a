// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Jit.Abi;
using NopTap.Threads;

namespace NopTap.Helpers;

/// <summary>
/// A native entry for each place of a <see cref="HelperRegistry"/>. Machine code calls an address, and an address cannot carry a delegate along:
/// so each entry knows its place, and the run's own registry has the delegate.
/// </summary>
internal static unsafe class HostStubs
{
    /// <summary>Number of entries.</summary>
    internal const int Count = 64;

    static readonly delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, ThreadBlock*, ulong>[] s_stubs =
    [
        &H0, &H1, &H2, &H3, &H4, &H5, &H6, &H7,
        &H8, &H9, &H10, &H11, &H12, &H13, &H14, &H15,
        &H16, &H17, &H18, &H19, &H20, &H21, &H22, &H23,
        &H24, &H25, &H26, &H27, &H28, &H29, &H30, &H31,
        &H32, &H33, &H34, &H35, &H36, &H37, &H38, &H39,
        &H40, &H41, &H42, &H43, &H44, &H45, &H46, &H47,
        &H48, &H49, &H50, &H51, &H52, &H53, &H54, &H55,
        &H56, &H57, &H58, &H59, &H60, &H61, &H62, &H63,
    ];

    /// <summary>Address of an entry.</summary>
    internal static nint AddressOf(int index) => (nint)s_stubs[index];

    static ulong Enter(int index, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ThreadBlock* thread)
    {
        try
        {
            StackGuard.Check(thread);
            IHelperHost host = IHelperHost.Of(thread) ?? throw new InvalidOperationException("a host's helper was called outside a run");
            return host.Helpers.Call(index, [r1, r2, r3, r4, r5], thread);
        }
        catch (Exception e)
        {
            return Faults.Record(e, thread);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H0(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(0, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H1(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(1, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H2(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(2, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H3(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(3, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H4(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(4, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H5(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(5, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H6(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(6, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H7(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(7, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H8(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(8, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H9(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(9, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H10(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(10, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H11(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(11, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H12(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(12, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H13(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(13, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H14(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(14, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H15(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(15, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H16(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(16, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H17(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(17, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H18(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(18, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H19(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(19, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H20(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(20, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H21(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(21, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H22(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(22, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H23(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(23, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H24(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(24, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H25(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(25, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H26(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(26, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H27(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(27, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H28(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(28, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H29(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(29, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H30(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(30, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H31(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(31, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H32(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(32, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H33(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(33, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H34(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(34, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H35(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(35, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H36(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(36, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H37(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(37, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H38(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(38, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H39(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(39, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H40(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(40, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H41(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(41, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H42(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(42, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H43(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(43, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H44(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(44, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H45(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(45, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H46(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(46, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H47(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(47, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H48(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(48, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H49(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(49, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H50(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(50, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H51(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(51, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H52(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(52, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H53(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(53, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H54(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(54, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H55(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(55, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H56(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(56, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H57(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(57, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H58(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(58, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H59(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(59, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H60(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(60, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H61(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(61, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H62(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(62, a, b, c, d, e, t);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong H63(ulong a, ulong b, ulong c, ulong d, ulong e, ThreadBlock* t) => Enter(63, a, b, c, d, e, t);
}
