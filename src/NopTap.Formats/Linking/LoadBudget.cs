// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Linking;

/// <summary>Bounds what a crafted object can make the linker build: many programs that each call one large subprogram grow as the square of the file.</summary>
/// <param name="file">Label of the object.</param>
/// <param name="limits">Slots, and specs counted as slots, that the object may come to.</param>
sealed class LoadBudget(string file, ReadLimits limits)
{
    /// <summary>Slots of one program: the kernel's limit.</summary>
    public const int MaxProgramSlots = 1_000_000;

    long _left = limits.Instructions;

    public void Charge(long slots, string program)
    {
        if (slots > _left)
        {
            throw Fault.At(FormatDiagnostics.ObjectTooLarge, Fault.In(file) with { Program = program },
                $"the programs of the object come to more than {limits.Instructions} instruction slots together, the budget Instructions",
                "split the object, or raise Instructions (ReadLimits, or BpfRuntimeOptions for a runtime)");
        }

        _left -= slots;
    }

    public void CheckProgram(long slots, string program)
    {
        if (slots > MaxProgramSlots)
        {
            throw Fault.At(FormatDiagnostics.ObjectTooLarge, Fault.In(file) with { Program = program },
                $"{slots} instruction slots with all subprograms; the limit is {MaxProgramSlots}", "split the program");
        }
    }
}
