// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Tests.Helpers;

/// <summary>Programs that print, for this runtime and for the kernel: the format in read-only data, the text on the stack and then in the packet.</summary>
static class PrintPrograms
{
    /// <summary>Bytes of the text that are put into the packet.</summary>
    internal const int Room = 64;

    const int MemoryOffset = 256;
    const int LongStringOffset = 64;

    /// <summary>What addresses <c>m0</c> (IPv4), <c>m4</c> (IPv6), <c>m20</c> (string), <c>m32</c> (UTF-8) and <c>m64</c> (600 letters) point at.</summary>
    static readonly byte[] s_memory =
    [
        127, 0, 0, 1, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, .. "abcdefgh\0"u8, 0, 0, 0, .. "\u00e9z\0"u8,
    ];

    /// <summary>Read-only data that begins with formats, each with its NUL.</summary>
    internal static MapSpec Data(byte[] formats)
    {
        byte[] content = new byte[Math.Max(formats.Length, MemoryOffset + LongStringOffset + 601)];
        if (formats.Length <= MemoryOffset)
        {
            s_memory.CopyTo(content, MemoryOffset);
            content.AsSpan(MemoryOffset + LongStringOffset, 600).Fill((byte)'q');
        }

        formats.CopyTo(content, 0);
        return new MapSpec
        {
            Name = ".rodata",
            Type = MapType.Array,
            KeySize = 4,
            ValueSize = (uint)content.Length,
            MaxEntries = 1,
            IsGlobalData = true,
            IsReadOnlyData = true,
            InitialValue = [.. content],
        };
    }

    internal static byte[] Bytes(string format) => [.. Encoding.Latin1.GetBytes(format), 0];

    /// <summary>Calls bpf_snprintf and puts what it wrote into the packet; returns what it returned.</summary>
    /// <param name="offset">Of the format in the data.</param>
    /// <param name="values">Numbers, and addresses: m and an offset, s for the stack, c for the context.</param>
    internal static ProgramSpec Snprintf(int offset, params ReadOnlySpan<string> values)
    {
        var code = new Code();
        code.Add(Ins.Mov64(Register.R9, Register.R1));
        for (int at = -Room; at < 0; at += 8)
            code.Add(Ins.Store(Opcode.DW, Register.R10, (short)at, 0));
        short array = (short)(-Room - (8 * values.Length));
        for (int i = 0; i < values.Length; i++)
        {
            code.Value(Register.R2, values[i]);
            code.Add(Ins.Store(Opcode.DW, Register.R10, (short)(array + (8 * i)), Register.R2));
        }

        code.Add(Ins.Mov64(Register.R1, Register.R10), Ins.Add64(Register.R1, -Room), Ins.Mov64(Register.R2, Room));
        code.Address(Register.R3, offset);
        if (values.IsEmpty)
            code.Add(Ins.Mov64(Register.R4, 0));
        else
            code.Add(Ins.Mov64(Register.R4, Register.R10), Ins.Add64(Register.R4, array));
        code.Add(Ins.Mov64(Register.R5, 8 * values.Length), Ins.Call(HelperId.Snprintf), Ins.Mov64(Register.R6, Register.R0));
        code.Add(Ins.Load(Opcode.W, Register.R2, Register.R9, 0), Ins.Load(Opcode.W, Register.R3, Register.R9, 4));
        code.Add(Ins.Mov64(Register.R4, Register.R2), Ins.Add64(Register.R4, Room));
        code.Add(Ins.Jump64(Opcode.Jgt, Register.R4, Register.R3, Room / 8 * 2));
        for (short at = 0; at < Room; at += 8)
            code.Add(Ins.Load(Opcode.DW, Register.R4, Register.R10, (short)(at - Room)), Ins.Store(Opcode.DW, Register.R2, at, Register.R4));
        code.Add(Ins.Mov64(Register.R0, Register.R6), Ins.Exit());
        return code.ToProgram();
    }

    /// <summary>Calls bpf_trace_printk and returns what it returned.</summary>
    internal static ProgramSpec Printk(int length, params ReadOnlySpan<string> values)
    {
        var code = new Code();
        code.Add(Ins.Mov64(Register.R9, Register.R1));
        for (int i = 0; i < values.Length; i++)
            code.Value(Register.R3 + (byte)i, values[i]);
        code.Address(Register.R1, 0);
        code.Add(Ins.Mov64(Register.R2, length), Ins.Call(HelperId.TracePrintk), Ins.Exit());
        return code.ToProgram();
    }

    sealed class Code
    {
        readonly List<Instruction> _code = [];
        readonly List<MapReference> _references = [];

        internal void Add(params ReadOnlySpan<Instruction> instructions) => _code.AddRange(instructions);

        internal void Address(Register register, int offset)
        {
            _references.Add(new MapReference(_code.Count, 0, IsValue: true, (uint)offset));
            _code.AddRange(Ins.LoadWide(register, 0, PseudoSource.MapValue));
        }

        internal void Value(Register register, string value)
        {
            if (value[0] == 'm')
                Address(register, MemoryOffset + int.Parse(value.AsSpan(1), CultureInfo.InvariantCulture));
            else if (value[0] == 's')
                Add(Ins.Mov64(register, Register.R10));
            else if (value[0] == 'c')
                Add(Ins.Mov64(register, Register.R9));
            else
                _code.AddRange(Ins.LoadWide(register, value.StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : (ulong)long.Parse(value, CultureInfo.InvariantCulture)));
        }

        internal ProgramSpec ToProgram() => new()
        {
            Name = "prints",
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            AttachType = AttachType.Xdp,
            License = "GPL",
            Instructions = [.. _code],
            Functions = [new FunctionSpec("prints", 0, _code.Count, IsGlobal: true, BtfTypeId: 0)],
            References = [.. _references],
        };
    }
}
