// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace NopTap.TestKit.Kernel;

/// <summary>Asks the running kernel about type information.</summary>
public static unsafe class KernelTypes
{
    /// <summary>Whether the kernel takes the bytes of a <c>.BTF</c> section.</summary>
    public static bool Accepts(byte[] section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Span<byte> attributes = stackalloc byte[40];
        attributes.Clear();
        // SAFETY: the kernel reads the section while the call lasts, and it is pinned for as long.
        fixed (byte* bytes = section)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(attributes, (ulong)bytes);
            BinaryPrimitives.WriteUInt32LittleEndian(attributes[16..], (uint)section.Length);
            int descriptor = BpfSyscall.Call(BpfSyscall.BtfLoad, attributes);
            KernelMaps.Close(descriptor);
            return descriptor >= 0;
        }
    }
}
