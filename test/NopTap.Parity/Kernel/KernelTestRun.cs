// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.TestKit.Kernel;

namespace NopTap.Parity.Kernel;

/// <summary>BPF_PROG_TEST_RUN.</summary>
static unsafe class KernelTestRun
{
    /// <summary>Runs a loaded program once.</summary>
    /// <param name="program">File descriptor.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>Low half of r0; null when programs of its type are not run so.</returns>
    public static uint? Run(int program, byte[] packet)
    {
        byte[] after = new byte[packet.Length + 4096];
        Span<byte> attributes = stackalloc byte[80];
        attributes.Clear();
        fixed (byte* data = packet, output = after)
        {
            BinaryPrimitives.WriteInt32LittleEndian(attributes, program);
            BinaryPrimitives.WriteInt32LittleEndian(attributes[8..], packet.Length);
            BinaryPrimitives.WriteInt32LittleEndian(attributes[12..], after.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes[16..], (ulong)data);
            BinaryPrimitives.WriteUInt64LittleEndian(attributes[24..], (ulong)output);
            BinaryPrimitives.WriteInt32LittleEndian(attributes[32..], 1);
            return BpfSyscall.Call(BpfSyscall.ProgramTestRun, attributes) < 0 ? null : BinaryPrimitives.ReadUInt32LittleEndian(attributes[4..]);
        }
    }
}
