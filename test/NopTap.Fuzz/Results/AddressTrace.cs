// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Exploration;

namespace NopTap.Fuzz.Results;

/// <summary>Notices comparisons of addresses by which a program goes another way in the kernel, where all of them are negative.</summary>
sealed class AddressTrace(ReadOnlyMemory<Instruction> code) : ExplorationTrace
{
    /// <summary>Whether there is one.</summary>
    public bool Compares { get; private set; }

    /// <inheritdoc/>
    public override void Steps(int slot, PathState path)
    {
        Instruction instruction = code.Span[slot];
        if (!instruction.IsConditionalJump || instruction.IsMayGoto)
            return;
        RegisterState left = path.Frame.R[(int)instruction.Destination];
        RegisterState right = instruction.UsesSourceRegister ? path.Frame.R[(int)instruction.Source] : RegisterState.Constant((ulong)(long)instruction.Immediate);
        bool isNullTest = instruction.Operation is Opcode.Jeq or Opcode.Jne && (left.IsNull || right.IsNull);
        bool isPacketTest = left.IsPacket && right.IsPacket;
        Compares |= (left.IsPointer || right.IsPointer) && !isNullTest && !isPacketTest;
    }
}
