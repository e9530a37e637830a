// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.TestKit.Cases;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>Counts how often an operation gives the least range that holds its results, on the whole and in each view.</summary>
struct Precision
{
    int _all;
    int _best;
    int _bits;
    int _u64;
    int _s64;
    int _u32;
    int _s32;

    /// <summary>Counts one result; it must include the best one.</summary>
    public void Add(in ScalarRange have, in ScalarRange best)
    {
        bool bits = have.Bits == best.Bits;
        bool u64 = have.UMin == best.UMin && have.UMax == best.UMax;
        bool s64 = have.SMin == best.SMin && have.SMax == best.SMax;
        bool u32 = have.UMin32 == best.UMin32 && have.UMax32 == best.UMax32;
        bool s32 = have.SMin32 == best.SMin32 && have.SMax32 == best.SMax32;
        _all++;
        _bits += bits ? 1 : 0;
        _u64 += u64 ? 1 : 0;
        _s64 += s64 ? 1 : 0;
        _u32 += u32 ? 1 : 0;
        _s32 += s32 ? 1 : 0;
        _best += bits && u64 && s64 && u32 && s32 ? 1 : 0;
    }

    /// <summary>Counts a result that is empty, or should be.</summary>
    public void AddEmpty(bool known)
    {
        int one = known ? 1 : 0;
        _all++;
        (_bits, _u64, _s64, _u32, _s32, _best) = (_bits + one, _u64 + one, _s64 + one, _u32 + one, _s32 + one, _best + one);
    }

    public static string Header => $"{"operation",-16} {"results",9} {"best",9} {"bits",9} {"u64",9} {"s64",9} {"u32",9} {"s32",9}\n";

    public readonly void Print(StringBuilder text, string name) => text.Append(
        CultureInfo.InvariantCulture, $"{name,-16} {_all,9} {_best,9} {_bits,9} {_u64,9} {_s64,9} {_u32,9} {_s32,9}\n");

    /// <summary>Holds the counts to those committed: what was precise must not cease to be unnoticed.</summary>
    public static void Check(string name, StringBuilder text) => Golden.Check($"test/NopTap.Verifier.Tests/Golden/precision-{name}.txt", text.ToString());
}
