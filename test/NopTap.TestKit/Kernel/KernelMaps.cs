// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.TestKit.Kernel;

/// <summary>Makes maps of definitions in the running kernel: with types where there is a lock, with a template where they hold maps.</summary>
public static unsafe class KernelMaps
{
    const uint ReadOnlyProgram = 1 << 7;

    /// <summary>Makes a map.</summary>
    /// <param name="spec">Its definition.</param>
    /// <returns>A file descriptor, or the negative error number.</returns>
    public static int Create(MapSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        int template = -1;
        int btf = -1;
        try
        {
            if (spec.Inner is not null && (template = Create(spec.Inner)) < 0)
                return template;
            if (spec.SpinLockOffset is not null && (btf = LoadBtf(LockedValueBtf.Build(spec))) < 0)
                return btf;
            return Create(spec, template, btf);
        }
        finally
        {
            Close(template);
            Close(btf);
        }
    }

    /// <summary>Reads, writes or removes an entry, or asks for the key behind one.</summary>
    /// <param name="operation">What.</param>
    /// <param name="map">File descriptor.</param>
    /// <param name="key">Key; empty for the first key.</param>
    /// <param name="value">Value, or the next key.</param>
    /// <param name="flags">Flags of the operation.</param>
    /// <returns>0, or the error number.</returns>
    public static int Access(KernelMapOperation operation, int map, ReadOnlySpan<byte> key, Span<byte> value, ulong flags = 0)
    {
        Span<byte> attributes = stackalloc byte[32];
        attributes.Clear();
        fixed (byte* k = key, v = value)
        {
            Put(attributes, 0, (uint)map);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes[8..], (ulong)k);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes[16..], (ulong)v);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes[24..], flags);
            return -BpfSyscall.Call((int)operation, attributes);
        }
    }

    /// <summary>Closes a descriptor; negative ones are none.</summary>
    public static void Close(int descriptor)
    {
        if (descriptor >= 0)
            BpfSyscall.Close(descriptor);
    }

    static int Create(MapSpec spec, int template, int btf)
    {
        bool ring = spec.Type == MapType.Ringbuf;
        Span<byte> attributes = stackalloc byte[72];
        attributes.Clear();
        Put(attributes, 0, (uint)spec.Type);
        Put(attributes, 4, spec.KeySize);
        Put(attributes, 8, spec.ValueSize);
        Put(attributes, 12, ring ? Math.Max(spec.MaxEntries, 4096) : spec.MaxEntries);
        Put(attributes, 16, spec.Flags | (spec.IsReadOnlyData ? ReadOnlyProgram : 0));
        if (template >= 0)
            Put(attributes, 20, (uint)template);
        if (btf >= 0)
        {
            Put(attributes, 48, (uint)btf);
            Put(attributes, 52, (uint)LockedValueBtf.KeyOf(spec));
            Put(attributes, 56, LockedValueBtf.Value);
        }

        return BpfSyscall.Call(BpfSyscall.MapCreate, attributes);
    }

    static int LoadBtf(byte[] section)
    {
        Span<byte> attributes = stackalloc byte[40];
        attributes.Clear();
        fixed (byte* bytes = section)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(attributes, (ulong)bytes);
            Put(attributes, 16, (uint)section.Length);
            return BpfSyscall.Call(BpfSyscall.BtfLoad, attributes);
        }
    }

    static void Put(Span<byte> target, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target[offset..], value);
}
