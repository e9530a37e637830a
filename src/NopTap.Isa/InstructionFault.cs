// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>What makes a slot no legal instruction; found by <see cref="InstructionChecks"/>.</summary>
public enum InstructionFault
{
    /// <summary>Nothing: the instruction is legal.</summary>
    None,

    /// <summary>The opcode names no instruction.</summary>
    UnknownOpcode,

    /// <summary>The destination field names no register.</summary>
    DestinationNoRegister,

    /// <summary>The source field names no register.</summary>
    SourceNoRegister,

    /// <summary>The source field selects no kind of wide load or call.</summary>
    SourceNoKind,

    /// <summary>The destination field is not used and not zero.</summary>
    DestinationReserved,

    /// <summary>The source field is not used and not zero.</summary>
    SourceReserved,

    /// <summary>The offset field is not used and not zero.</summary>
    OffsetReserved,

    /// <summary>The immediate field is not used and not zero.</summary>
    ImmediateReserved,

    /// <summary>The offset selects no variant: of a move, division or remainder.</summary>
    OffsetNoVariant,

    /// <summary>The immediate selects no variant: a width of a byte swap, an atomic operation, a pair of address spaces.</summary>
    ImmediateNoVariant,

    /// <summary>The atomic operation does not exist in this width: updates are of 4 or 8 bytes.</summary>
    AtomicWidth,

    /// <summary>The frame pointer is written.</summary>
    FramePointerWritten,

    /// <summary>The second slot of a wide load is missing.</summary>
    SecondSlotMissing,

    /// <summary>The second slot of a wide load has other fields than the immediate.</summary>
    SecondSlotReserved,

    /// <summary>The second immediate of a wide load is not used by its kind and not zero.</summary>
    SecondImmediateReserved,
}
