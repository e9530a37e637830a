// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NopTap.Conformance.Tests;

/// <summary>The helpers that the instruction-set vectors call, under the numbers of their suite.</summary>
static unsafe class SuiteHelpers
{
    /// <summary>Addresses by number. 5 ("unwind") returns its first argument; a runtime that can unwind would end the program there for 0.</summary>
    public static FrozenDictionary<int, nint> Addresses { get; } = new Dictionary<int, nint>
    {
        [5] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&Unwind,
    }.ToFrozenDictionary();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong Unwind(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, nint threadBlock) => r1;
}
