// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Cli.Values;
using NopTap.Jit;

namespace NopTap.Cli.Demo;

/// <summary>The machine code at one patchable instruction, and its neighbours, at one moment.</summary>
/// <param name="Lines">Instructions around it in order.</param>
/// <param name="Index">Which of them it is.</param>
/// <param name="State">What it does now.</param>
sealed record SiteView(ImmutableArray<CodeLine> Lines, int Index, SiteState State)
{
    /// <summary>The instruction itself.</summary>
    public CodeLine Site => Lines[Index];

    /// <summary>Reads it from the running code.</summary>
    /// <param name="program">The program, compiled.</param>
    /// <param name="offset">Offset of the site in its code.</param>
    /// <param name="before">Neighbours wanted in front.</param>
    /// <param name="after">Neighbours wanted behind.</param>
    public static SiteView Read(BpfProgram program, int offset, int before, int after)
    {
        CodeImage image = program.CompiledCode!;
        byte[] code = program.ReadCode();
        ImmutableArray<MachineLine> all = MachineText.Disassemble(image, code);
        int at = Enumerable.Range(0, all.Length).First(i => all[i].Offset == offset);
        int first = Math.Max(0, at - before);
        int end = Math.Min(all.Length, at + after + 1);
        ulong address = all[at].Address;
        ulong word = BitConverter.ToUInt64(code, (int)(SitePatch.WordAddress(address) - image.BaseAddress));
        return new SiteView(
            [.. all[first..end].Select(line => new CodeLine(line.Address, code.AsSpan(line.Offset, line.Length).ToArray(), line.Text))],
            at - first,
            SitePatch.Read(address, word, out _));
    }

    /// <summary>The site as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["state"] = State.ToString(),
        ["address"] = $"0x{Site.Address:x}",
        ["code"] = JsonOutput.ArrayOf(Lines, line => new JsonObject
        {
            ["address"] = $"0x{line.Address:x}",
            ["bytes"] = BtfValue.Hex(line.Bytes),
            ["text"] = line.Text,
        }),
    };
}

/// <summary>One machine instruction.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Bytes">Its bytes now.</param>
/// <param name="Text">Intel syntax.</param>
sealed record CodeLine(ulong Address, byte[] Bytes, string Text);
