// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

/// <summary>One access of the unmodified context: whether the layout allows it, and what it is natively.</summary>
static class ContextAccess
{
    public static Diagnostic? Check(ContextLayout layout, in Instruction instruction, DiagnosticPlace place, out ContextField? field)
    {
        int offset = instruction.Offset;
        int size = instruction.AccessSize;
        field = layout.FieldAt(offset, size);
        if (field is null)
            return Missing(layout, offset, size, place);
        bool whole = offset == field.Offset && size == field.Size;
        string name = field.Name.Length == 0 ? layout.StructName : $"{layout.StructName}.{field.Name}";
        string width = string.Create(CultureInfo.InvariantCulture, $"{size} bytes at offset {offset} of {name}");
        if (instruction.IsAtomic)
            return VerifierDiagnostics.BadContextAccess.At(place, $"atomic access of {width}", "load the field, change a copy, and store it if it is writable");
        if (instruction.WritesMemory && !field.IsWritable)
            return VerifierDiagnostics.ReadOnlyContextField.At(place, $"store to {width}, which programs may only read", "keep the value in a map or on the stack");
        if (!whole && !field.AllowsNarrowAccess)
            return VerifierDiagnostics.BadContextAccess.At(place, $"{width}, a pointer that is only read whole ({field.Size} bytes)", "read the field as it is declared");
        if (field.Width != 0 && (size != field.Width || offset % size != 0))
        {
            return VerifierDiagnostics.BadContextAccess.At(
                place, $"{width}, which is only accessed {field.Width} bytes at a time", "read the field as it is declared, then mask or shift the copy");
        }

        if (!whole && instruction.WritesMemory && !field.TakesPartialStores)
            return VerifierDiagnostics.BadContextAccess.At(place, $"store to {width}, which is only written whole ({field.Size} bytes)", "write the field as it is declared");
        if (!whole && field.Name.Length != 0 && offset % size != 0)
            return VerifierDiagnostics.BadContextAccess.At(place, $"{width}, not aligned", "read the field as it is declared");
        if (field.Kind != ContextFieldKind.Scalar && instruction.Class == Opcode.Ldx && instruction.Mode == Opcode.MemSx)
            return VerifierDiagnostics.BadContextAccess.At(place, $"sign-extending load of {width}, a pointer", "read the field as it is declared");
        return null;
    }

    static Diagnostic Missing(ContextLayout layout, int offset, int size, DiagnosticPlace place)
    {
        foreach (ContextField field in layout.Fields)
        {
            if (offset < field.Offset + field.Size && offset + size > field.Offset)
            {
                return VerifierDiagnostics.BadContextAccess.At(
                    place,
                    string.Create(CultureInfo.InvariantCulture, $"{size} bytes at offset {offset}, across an end of {layout.StructName}.{field.Name} (offset {field.Offset}, {field.Size} bytes)"),
                    "read one field at a time");
            }
        }

        return VerifierDiagnostics.NoContextField.At(
            place,
            string.Create(CultureInfo.InvariantCulture, $"{size} bytes at offset {offset} of struct {layout.StructName} ({layout.Size} bytes), where there is no field that this runtime knows"),
            "use the fields that docs/parity.md lists for this context");
    }

    /// <summary>The same access of the native context.</summary>
    public static Instruction Native(in Instruction instruction, ContextField field)
    {
        short offset = (short)(field.NativeOffset + (instruction.Offset - field.Offset));
        byte opcode = instruction.Opcode;
        if (field.NativeSize == 8 && instruction.AccessSize == field.Size)
            opcode = (byte)((opcode & ~Opcode.SizeMask) | Opcode.DW);
        return instruction with { Opcode = opcode, Offset = offset };
    }
}
