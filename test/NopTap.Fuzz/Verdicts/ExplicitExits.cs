// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Fuzz.Verdicts;

/// <summary>
/// The question that the kernel is asked in place of one that harms it (<see cref="UnaskedPrograms"/>): each packet load outside of the first
/// function is written as what it means, a number that nobody knows or the function's end with 0.
/// </summary>
/// <remarks>What the kernel asks of such a load itself (r6, the type of the program, types of the function) is not asked then.</remarks>
public static class ExplicitExits
{
    /// <summary>The program with explicit exits; the same program where it has no such load, or cannot be written so.</summary>
    public static ProgramSpec Of(ProgramSpec program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (UnaskedPrograms.WhyNot(program.Instructions.AsSpan()) is null)
            return program;
        var editor = ProgramEditor.Of(program);
        for (int i = editor.Places.Count - 1; i >= editor.Starts()[1]; i--)
        {
            ProgramEditor.Place place = editor.Places[i];
            if (!place.Instruction.IsPacketLoad)
                continue;
            place.Instruction = Ins.Call(HelperId.KtimeGetNs);
            var loaded = new ProgramEditor.Place { Instruction = Ins.Call(HelperId.KtimeGetNs) };
            editor.Insert(i + 1, new ProgramEditor.Place { Instruction = Ins.Jump64(Opcode.Jne, Register.R0, 0, 0), Target = loaded });
            editor.Insert(i + 2, new ProgramEditor.Place { Instruction = Ins.Mov64(Register.R0, 0) });
            editor.Insert(i + 3, new ProgramEditor.Place { Instruction = Ins.Exit() });
            editor.Insert(i + 4, loaded);
        }

        return editor.Build() ?? program;
    }

    /// <summary>The kernel's verdict on a program, with the beginning of its reason.</summary>
    public static KernelVerdict AskSafely(this KernelOracle oracle, ProgramSpec program)
    {
        ArgumentNullException.ThrowIfNull(oracle);
        return oracle.Ask(Of(program));
    }

    /// <summary>The kernel's verdict on a program that it loads in full.</summary>
    public static KernelVerdict LoadSafely(this KernelOracle oracle, ProgramSpec program, bool log)
    {
        ArgumentNullException.ThrowIfNull(oracle);
        return oracle.Load(Of(program), log);
    }
}
