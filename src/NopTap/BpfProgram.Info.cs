// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Links;
using NopTap.Loading;
using NopTap.Threads;

namespace NopTap;

// What it tells of itself.
public sealed unsafe partial class BpfProgram
{
    const int TagBytes = 8;

    string? _tag;

    /// <summary>All that is known of it now.</summary>
    /// <exception cref="ObjectDisposedException">Its object was disposed.</exception>
    public BpfProgramInfo Info
    {
        get
        {
            // Kept for as long as its counters are read.
            ObjectDisposedException.ThrowIf(IsDisposed || !TryRetain(), this);
            try
            {
                return Describe();
            }
            finally
            {
                Release();
            }
        }
    }

    BpfProgramInfo Describe()
    {
        ProgramImage? image = _image;
        return new BpfProgramInfo
        {
            Type = Type,
            Id = Id,
            Tag = _tag ??= TagOf(Spec),
            Name = Name,
            IsGplCompatible = Spec.IsGplCompatible,
            LoadedAt = LoadedAt,
            RunCount = SlotTable.Sum(_statistics, 0),
            RunTime = TimeSpan.FromTicks((long)(SlotTable.Sum(_statistics, 1) / TimeSpan.NanosecondsPerTick)),
            RecursionMisses = MissesAsObserver(),
            XlatedLength = Spec.Instructions.Length * sizeof(ulong),
            JitedLength = image?.Code?.Bytes.Length ?? 0,
            MapIds = [.. _maps.Select(map => map.Id)],
        };
    }

    ulong MissesAsObserver()
    {
        ulong misses = 0;
        foreach (BpfLink link in _runtime.Links.OfProgram(this))
        {
            if (link.Info.ProgramId == Id)
                misses += link.Misses;
        }

        return misses;
    }

    static string TagOf(ProgramSpec spec)
    {
        Instruction[] code = [.. spec.Instructions];
        foreach (MapReference reference in spec.References)
        {
            code[reference.Instruction] = code[reference.Instruction] with { Immediate = 0 };
            code[reference.Instruction + 1] = code[reference.Instruction + 1] with { Immediate = 0 };
        }

        byte[] hash = SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<Instruction>(code));
        return Convert.ToHexStringLower(hash.AsSpan(0, TagBytes));
    }
}
