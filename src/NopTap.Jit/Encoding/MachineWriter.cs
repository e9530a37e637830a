// SPDX-License-Identifier: Apache-2.0

using Iced.Intel;

namespace NopTap.Jit;

/// <summary>
/// Writes x86-64 code: one method for each thing that lowering wants done, each choosing the shortest encoding. What is to be done is
/// the caller's business; how it is encoded, this one's.
/// </summary>
/// <remarks>The result is position independent: it runs at any address that is a multiple of 64.</remarks>
sealed partial class MachineWriter
{
    readonly CodeBuffer _buffer = new();
    readonly CodeLayout _layout = new();
    readonly Encoder _encoder;

    internal MachineWriter() => _encoder = Encoder.Create(64, _buffer);

    internal Label NewLabel() => _layout.NewLabel();

    internal void Bind(Label label) => _layout.Bind(label, _buffer.Length);

    internal void Jump(Label target) => _layout.Add(CodeLayout.PartKind.Jump, _buffer.Length, target.Index);

    internal void JumpIf(Condition condition, Label target) =>
        _layout.Add(CodeLayout.PartKind.JumpIf, _buffer.Length, target.Index, (byte)condition);

    internal void Call(Label target) => _layout.Add(CodeLayout.PartKind.Call, _buffer.Length, target.Index);

    /// <summary>Calls an address that is a constant of the code.</summary>
    internal void CallAddress(ulong address) =>
        _layout.Add(CodeLayout.PartKind.CallConstant, _buffer.Length, _layout.Constant(address));

    internal void LoadAddress(Gpr destination, Label target) =>
        _layout.Add(CodeLayout.PartKind.LoadAddress, _buffer.Length, target.Index, (byte)destination);

    /// <summary>Fills with int3 up to a multiple of a power of two, at most 64.</summary>
    internal void Align(int alignment) => _layout.Add(CodeLayout.PartKind.Align, _buffer.Length, alignment);

    /// <summary>Writes a patchable NOP.</summary>
    /// <returns>Its number, for <see cref="SiteOffset"/>.</returns>
    internal int Site() => _layout.Add(CodeLayout.PartKind.Site, _buffer.Length, 0);

    /// <summary>Places everything; nothing may be written afterwards.</summary>
    internal byte[] Finish() => _layout.Finish(_buffer.Bytes);

    /// <summary>After <see cref="Finish"/>: bytes before the constants.</summary>
    internal int CodeLength => _layout.CodeLength;

    /// <summary>After <see cref="Finish"/>: where a label is; -1 when it was never bound.</summary>
    internal int OffsetOf(Label label) => _layout.OffsetOf(label);

    /// <summary>After <see cref="Finish"/>: where the 5 bytes of a site are.</summary>
    internal int SiteOffset(int site) => _layout.SiteOffset(site);

    void Emit(in Instruction instruction) => _encoder.Encode(instruction, 0);

    static Register Full(Gpr register) => Register.RAX + (int)register;

    static Register Half(Gpr register) => Register.EAX + (int)register;

    static Register Word(Gpr register) => Register.AX + (int)register;

    // AH to BH lie between BL and SPL in the library's numbering; BPF never uses them.
    static Register Byte(Gpr register) => register < Gpr.Rsp ? Register.AL + (int)register : Register.SPL + ((int)register - (int)Gpr.Rsp);

    static Register Sized(Width width, Gpr register) => width == Width.Bits64 ? Full(register) : Half(register);

    static MemoryOperand At(Gpr address, int displacement) =>
        new(Full(address), Register.None, 1, displacement, DisplacementSize(displacement), false, Register.None);

    // 1 lets the encoder pick the shortest form that holds the displacement; 0 means none, and it adds one where the base needs it.
    static int DisplacementSize(int displacement) => displacement == 0 ? 0 : 1;
}
