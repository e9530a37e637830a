// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using Iced.Intel;

namespace NopTap.Jit;

/// <summary>Prints machine code.</summary>
public static class MachineText
{
    /// <summary>Disassembles a program as it was compiled.</summary>
    /// <param name="image">The code.</param>
    public static ImmutableArray<MachineLine> Disassemble(CodeImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Disassemble(image, image.Bytes.AsSpan());
    }

    /// <summary>Disassembles a program as it is now, with what is attached to it.</summary>
    /// <param name="image">The code as it was compiled.</param>
    /// <param name="current">Its bytes as they are (<c>BpfProgram.ReadCode</c>).</param>
    /// <exception cref="ArgumentException">The image is none that the compiler made, or there are fewer bytes than it has.</exception>
    public static ImmutableArray<MachineLine> Disassemble(CodeImage image, ReadOnlySpan<byte> current)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Functions.IsDefault || image.InstructionOffsets.IsDefault)
            throw new ArgumentException("the image has no functions or no offsets", nameof(image));
        ArgumentOutOfRangeException.ThrowIfNegative(image.CodeLength, nameof(image));
        ArgumentOutOfRangeException.ThrowIfLessThan(current.Length, image.CodeLength, nameof(current));
        var functions = new Dictionary<int, int>();
        for (int i = 0; i < image.Functions.Length; i++)
            functions[image.Functions[i].Offset] = i;

        // Where some slots make no code, the one that does is the last of those that share an offset.
        var slots = new Dictionary<int, int>();
        for (int i = 0; i < image.InstructionOffsets.Length; i++)
        {
            if (image.InstructionOffsets[i] >= 0)
                slots[image.InstructionOffsets[i]] = i;
        }

        return Disassemble(current[..image.CodeLength], image.BaseAddress, functions, slots);
    }

    /// <summary>Disassembles any code, for example of a trampoline.</summary>
    /// <param name="code">Whole instructions.</param>
    /// <param name="address">Where the first one runs.</param>
    public static ImmutableArray<MachineLine> Disassemble(ReadOnlySpan<byte> code, ulong address) => Disassemble(code, address, [], []);

    static ImmutableArray<MachineLine> Disassemble(
        ReadOnlySpan<byte> code, ulong address, Dictionary<int, int> functions, Dictionary<int, int> slots)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code.ToArray()), address, DecoderOptions.None);
        IntelFormatter formatter = MakeFormatter();
        var output = new StringOutput();
        var lines = ImmutableArray.CreateBuilder<MachineLine>();
        while (decoder.IP - address < (ulong)code.Length)
        {
            int offset = (int)(decoder.IP - address);
            decoder.Decode(out Instruction instruction);

            // Filling between functions.
            if (instruction.Code == Code.Int3)
                continue;
            formatter.Format(instruction, output);
            lines.Add(new MachineLine(
                instruction.IP,
                offset,
                instruction.Length,
                output.ToStringAndReset(),
                functions.GetValueOrDefault(offset, -1),
                slots.GetValueOrDefault(offset, -1)));
        }

        return lines.ToImmutable();
    }

    static IntelFormatter MakeFormatter()
    {
        var formatter = new IntelFormatter();
        FormatterOptions options = formatter.Options;
        options.HexPrefix = "0x";
        options.HexSuffix = null;
        options.UppercaseHex = false;
        options.SpaceAfterOperandSeparator = true;
        options.SmallHexNumbersInDecimal = true;
        options.BranchLeadingZeros = false;
        options.ShowBranchSize = false;
        options.UsePseudoOps = false;
        return formatter;
    }
}
