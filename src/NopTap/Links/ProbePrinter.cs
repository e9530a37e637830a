// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Links;

/// <summary>Writes the observer that prints a probe's arguments into a ring buffer, the program's only map.</summary>
internal static class ProbePrinter
{
    internal static ProgramSpec Generate(ProbeSpec probe)
    {
        int size = ProbeRecord.ArgumentsOffset + (8 * probe.Parameters.Length);
        var code = ImmutableArray.CreateBuilder<Instruction>();
        code.Add(Ins.Mov64(Register.R6, Register.R1));
        code.Add(Ins.Call(HelperId.KtimeGetNs));
        code.Add(Ins.Store(Opcode.DW, Register.R10, At(size, ProbeRecord.TimeOffset), Register.R0));
        code.Add(Ins.Mov64(Register.R1, Register.R6));
        code.Add(Ins.Call(HelperId.GetAttachCookie));
        code.Add(Ins.Store(Opcode.DW, Register.R10, At(size, ProbeRecord.CookieOffset), Register.R0));
        for (int i = 0; i < probe.Parameters.Length; i++)
        {
            code.Add(Ins.Load(Opcode.DW, Register.R2, Register.R6, (short)(8 * i)));
            Extend(code, probe.Parameters[i]);
            code.Add(Ins.Store(Opcode.DW, Register.R10, At(size, ProbeRecord.ArgumentsOffset + (8 * i)), Register.R2));
        }

        int mapLoad = code.Count;
        code.AddRange(Ins.LoadWide(Register.R1, 0, PseudoSource.MapFd));
        code.Add(Ins.Mov64(Register.R2, Register.R10));
        code.Add(Ins.Add64(Register.R2, -size));
        code.Add(Ins.Mov64(Register.R3, size));
        code.Add(Ins.Mov64(Register.R4, 0));
        code.Add(Ins.Call(HelperId.RingbufOutput));
        code.Add(Ins.Mov64(Register.R0, 0));
        code.Add(Ins.Exit());
        string name = $"print_{probe.Name}";
        return new ProgramSpec
        {
            Name = name,
            SectionName = "bpf_sdt",
            Type = ProgramType.Tracing,
            AttachType = AttachType.TraceSdt,
            License = "GPL",
            Instructions = code.ToImmutable(),
            Functions = [new FunctionSpec(name, 0, code.Count, IsGlobal: true, BtfTypeId: 0)],
            References = [new MapReference(mapLoad, 0, IsValue: false, 0)],
        };
    }

    static short At(int size, int offset) => (short)(offset - size);

    // Registers may hold anything above the declared width.
    static void Extend(ImmutableArray<Instruction>.Builder code, ProbeParameter parameter)
    {
        int unused = 64 - (8 * parameter.Size);
        if (unused == 0)
            return;
        code.Add(Ins.Alu64(Opcode.Lsh, Register.R2, unused));
        code.Add(Ins.Alu64(parameter.IsSigned ? Opcode.Arsh : Opcode.Rsh, Register.R2, unused));
    }
}
