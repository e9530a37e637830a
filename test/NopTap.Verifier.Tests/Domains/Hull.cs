// SPDX-License-Identifier: Apache-2.0

using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>The least <see cref="ScalarRange"/> that holds a set of numbers: what a perfect operation would give.</summary>
struct Hull
{
    ulong _ones;
    ulong _any;
    ulong _uMin;
    ulong _uMax;
    long _sMin;
    long _sMax;
    uint _uMin32;
    uint _uMax32;
    int _sMin32;
    int _sMax32;

    public static readonly Hull Empty = new()
    {
        _ones = ulong.MaxValue,
        _uMin = ulong.MaxValue,
        _sMin = long.MaxValue,
        _sMax = long.MinValue,
        _uMin32 = uint.MaxValue,
        _sMin32 = int.MaxValue,
        _sMax32 = int.MinValue,
    };

    public readonly bool IsEmpty => _uMin > _uMax;

    public void Add(ulong value)
    {
        _ones &= value;
        _any |= value;
        _uMin = Math.Min(_uMin, value);
        _uMax = Math.Max(_uMax, value);
        _sMin = Math.Min(_sMin, (long)value);
        _sMax = Math.Max(_sMax, (long)value);
        _uMin32 = Math.Min(_uMin32, (uint)value);
        _uMax32 = Math.Max(_uMax32, (uint)value);
        _sMin32 = Math.Min(_sMin32, (int)value);
        _sMax32 = Math.Max(_sMax32, (int)value);
    }

    /// <summary>The range; only where something was added.</summary>
    public readonly ScalarRange Range => new()
    {
        Bits = Bits,
        UMin = _uMin,
        UMax = _uMax,
        SMin = _sMin,
        SMax = _sMax,
        UMin32 = _uMin32,
        UMax32 = _uMax32,
        SMin32 = _sMin32,
        SMax32 = _sMax32,
    };

    public readonly Tnum Bits => new(_ones, _any & ~_ones);
}
