// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

public readonly partial record struct Instruction
{
    /// <summary>Whether this may continue anywhere but at the next instruction of the same function: every goto and branch, not calls and exit.</summary>
    public bool IsJump => IsJumpClass && Operation is not (Isa.Opcode.Call or Isa.Opcode.Exit);

    /// <summary>Whether this always jumps: <c>goto</c> or <c>gotol</c>.</summary>
    public bool IsUnconditionalJump => IsJumpClass && Operation == Isa.Opcode.Ja;

    /// <summary>Whether this jumps or falls through: a comparison or <c>may_goto</c>.</summary>
    public bool IsConditionalJump => IsJump && Operation != Isa.Opcode.Ja;

    /// <summary>Whether this is <c>gotol</c>, whose distance is in the immediate.</summary>
    public bool IsLongJump => Opcode == (Isa.Opcode.Jmp32 | Isa.Opcode.Ja);

    /// <summary>Whether this is <c>may_goto</c>, which jumps when the loop's budget is spent.</summary>
    public bool IsMayGoto => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Jcond);

    /// <summary>Whether this is <c>goto +0</c>, the form of a static probe's site.</summary>
    public bool IsNopGoto => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Ja) && Offset == 0;

    /// <summary>
    /// Whether this is <c>if r10 == 0 goto</c>, the form of a lazy probe's arming site: the frame pointer is never zero, so it never jumps,
    /// and a compiler that knows the site may treat it as a NOP.
    /// </summary>
    public bool IsArmingBranch => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Jeq) && Registers == (byte)Register.R10 && Immediate == 0;

    /// <summary>Whether this calls anything: a helper, a function of the program, a kernel function or through a register.</summary>
    public bool IsCall => Class == Isa.Opcode.Jmp && Operation == Isa.Opcode.Call;

    /// <summary>Whether this calls a helper; its number is the immediate.</summary>
    public bool IsHelperCall => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Call) && Registers >> 4 == PseudoSource.HelperCall;

    /// <summary>Whether this calls a function of the same program; see <see cref="CallTarget"/>.</summary>
    public bool IsProgramCall => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Call) && Registers >> 4 == PseudoSource.ProgramCall;

    /// <summary>Whether this calls a kernel function by BTF id.</summary>
    public bool IsKfuncCall => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Call) && Registers >> 4 == PseudoSource.KfuncCall;

    /// <summary>Whether this calls through the destination register (<c>callx</c>).</summary>
    public bool IsRegisterCall => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Call | Isa.Opcode.X);

    /// <summary>Whether this returns.</summary>
    public bool IsExit => Opcode == (Isa.Opcode.Jmp | Isa.Opcode.Exit);

    /// <summary>Whether the next instruction may follow: all but <c>exit</c>, <c>goto</c> and <c>gotol</c>.</summary>
    public bool FallsThrough => !IsExit && !IsUnconditionalJump;

    /// <summary>Whether this is a wide load of the address of a function of the same program, for callbacks.</summary>
    public bool IsFunctionReference => IsWideLoad && Registers >> 4 == PseudoSource.Function;

    /// <summary>Slot to which a jump goes.</summary>
    /// <param name="index">Slot of this instruction.</param>
    /// <returns>The target; it may lie outside the program where the program was not checked.</returns>
    public int JumpTarget(int index) => unchecked(index + 1 + (IsLongJump ? Immediate : Offset));

    /// <summary>First slot of the function that a program call enters or that a function reference names.</summary>
    /// <param name="index">Slot of this instruction.</param>
    /// <returns>The target; it may lie outside the program where the program was not checked.</returns>
    public int CallTarget(int index) => unchecked(index + 1 + Immediate);
}
