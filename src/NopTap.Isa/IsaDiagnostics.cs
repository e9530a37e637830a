// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Failures of decoding, checking and assembling instructions (<c>BPF15xx</c>).</summary>
public static class IsaDiagnostics
{
    /// <summary>The bytes are not a whole number of 8-byte slots.</summary>
    public static readonly DiagnosticDescriptor PartialSlot = new("BPF1501", "code is not a whole number of slots");

    /// <summary>A 64-bit immediate load is the last slot, or a jump or entry would land on its second half.</summary>
    public static readonly DiagnosticDescriptor IncompleteWideLoad = new("BPF1502", "wide load without its second slot");

    /// <summary>The opcode byte names no instruction.</summary>
    public static readonly DiagnosticDescriptor UnknownOpcode = new("BPF1503", "opcode unknown");

    /// <summary>A register field holds 11 to 15, or a value that this instruction does not know.</summary>
    public static readonly DiagnosticDescriptor InvalidRegister = new("BPF1504", "register field invalid");

    /// <summary>A field that this instruction does not use is not zero.</summary>
    public static readonly DiagnosticDescriptor ReservedField = new("BPF1505", "reserved field used");

    /// <summary>The offset or immediate selects no variant of the instruction.</summary>
    public static readonly DiagnosticDescriptor InvalidVariant = new("BPF1506", "instruction variant unknown");

    /// <summary>The instruction writes r10.</summary>
    public static readonly DiagnosticDescriptor FramePointerWritten = new("BPF1507", "frame pointer written", Errno.EACCES);

    /// <summary>The second slot of a wide load has other fields than the immediate.</summary>
    public static readonly DiagnosticDescriptor InvalidSecondSlot = new("BPF1508", "second slot of a wide load invalid");

    /// <summary>Assembler text that is no instruction.</summary>
    public static readonly DiagnosticDescriptor Syntax = new("BPF1510", "assembler syntax");

    /// <summary>A number that does not fit the field it is for.</summary>
    public static readonly DiagnosticDescriptor NumberOutOfRange = new("BPF1511", "number out of range");

    /// <summary>A label or helper that nothing defines.</summary>
    public static readonly DiagnosticDescriptor UnknownName = new("BPF1512", "name unknown");

    /// <summary>A label that is defined twice.</summary>
    public static readonly DiagnosticDescriptor DuplicateLabel = new("BPF1513", "label defined twice");

    /// <summary>The opcode in front of the text is not that of the text.</summary>
    public static readonly DiagnosticDescriptor OpcodeMismatch = new("BPF1514", "opcode and text disagree");
}
