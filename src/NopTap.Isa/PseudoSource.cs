// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Meanings of the source-register field of <see cref="Opcode.LdImm64"/> and of calls (<c>BPF_PSEUDO_*</c> in <c>uapi/linux/bpf.h</c>).</summary>
public static class PseudoSource
{
    /// <summary>LdImm64: a plain 64-bit constant.</summary>
    public const byte Constant = 0;

    /// <summary>LdImm64: the immediate names a map by file descriptor.</summary>
    public const byte MapFd = 1;

    /// <summary>LdImm64: address inside the value of the map that the immediate names; the second immediate is the offset.</summary>
    public const byte MapValue = 2;

    /// <summary>LdImm64: address of a kernel variable by BTF id.</summary>
    public const byte BtfId = 3;

    /// <summary>LdImm64: a function of this program; the immediate is its distance in slots from the next instruction.</summary>
    public const byte Function = 4;

    /// <summary>LdImm64: the immediate names a map by index.</summary>
    public const byte MapIndex = 5;

    /// <summary>LdImm64: value of the map that the immediate names by index.</summary>
    public const byte MapIndexValue = 6;

    /// <summary>Call: a helper by id.</summary>
    public const byte HelperCall = 0;

    /// <summary>Call: a function of this program; the immediate is its distance in slots from the next instruction.</summary>
    public const byte ProgramCall = 1;

    /// <summary>Call: a kernel function by BTF id.</summary>
    public const byte KfuncCall = 2;
}
