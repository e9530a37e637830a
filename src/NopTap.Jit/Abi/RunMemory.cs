// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Jit.Abi;

/// <summary>Memory that the program of a run may read, map values aside: what <c>bpf_probe_read_kernel</c> of an observer is held to.</summary>
/// <remarks>Belongs to whoever starts the run; a nested run has its own, and the outer one's is put back behind it.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct RunMemory
{
    /// <summary>Address in the thread's stack above every frame of the run; 0 when frames lie elsewhere.</summary>
    public ulong StackTop;

    /// <summary>The native context.</summary>
    public MemoryWindow Context;

    /// <summary>The packet, and what the run has had of it: bytes before and behind it once helpers brought them into view.</summary>
    public MemoryWindow Packet;

    /// <summary>Frames that do not lie on the thread's stack (the interpreter's).</summary>
    public MemoryWindow Frames;
}
