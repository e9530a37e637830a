// SPDX-License-Identifier: Apache-2.0

using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests.Building;

/// <summary>
/// An object with one program and one probe <c>p(int, int)</c>, of which any part can be spoilt. Its code: 0 <c>r1 = 1</c>, 1 <c>r2 = 2</c>,
/// 2 the arming branch to 5, 3 <c>r0 = 0</c>, 4 <c>exit</c>, 5 the site, 6 <c>goto</c> 3.
/// </summary>
sealed class ProbeObject
{
    public const ulong Site = 5 * 8;
    public const ulong Arming = 2 * 8;

    public byte[] Code { get; set; } = ElfBuilder.Code(
        (0xb7, 1, 0, 1), (0xb7, 2, 0, 2), (0x15, 0x0a, 2, 0), (0xb7, 0, 0, 0), (0x95, 0, 0, 0), (0x05, 0, 0, 0), (0x05, 0, -4, 0));

    public ulong CodeSize { get; set; } = 7 * 8;

    public List<(byte Opcode, byte Registers, short Offset, int Immediate)> Moves { get; } = [(0xbf, 0x11, 0, 0), (0xb7, 0x02, 0, -9)];

    /// <summary>Bytes behind the moves.</summary>
    public byte[] Tail { get; set; } = [];

    /// <summary>Bytes cut from the end of the notes.</summary>
    public int Cut { get; set; }

    /// <summary>Bytes before the first symbol.</summary>
    public byte[] Lead { get; set; } = [];

    public ulong Address { get; set; } = Site;

    public string Symbol { get; set; } = "___sdt_jt_p.3";

    /// <summary>A second symbol and where it points, or null.</summary>
    public (string Symbol, ulong Address)? Second { get; set; }

    public uint RelocationType { get; set; } = 2;

    public bool HasRelocation { get; set; } = true;

    public bool RelocateAgainstData { get; set; }

    /// <summary>Tag of the declaration; null for none.</summary>
    public string? Tag { get; set; } = "bpf_sdt:p:2:int len, int ret";

    public bool HasBtf { get; set; } = true;

    /// <summary>Writes more types; given the builder and the ids of int and of the prototype.</summary>
    public Action<BtfBuilder, int, int>? MoreTypes { get; set; }

    /// <summary>Records of lazy probes.</summary>
    public List<(string Symbol, byte[] Entry, bool Relocated)> Lazy { get; } = [("___sdt_en_p.2", Join(U64(Arming), U64(Site)), true)];

    public byte[] Build()
    {
        var elf = new ElfBuilder();
        int code = elf.Section("xdp", Code, Executable);
        int data = elf.Section(".data", new byte[8], Writable);
        elf.Symbol("main", code, size: CodeSize);
        int codeSymbol = elf.SymbolOf(code);
        int target = RelocateAgainstData ? elf.SymbolOf(data) : codeSymbol;
        byte[] first = Join(U64(Address), ElfBuilder.Code([.. Moves]), Tail);
        byte[] second = Second is { } s ? Join(U64(s.Address), ElfBuilder.Code([.. Moves])) : [];
        byte[] bytes = Join(Lead, first, second)[..^Cut];
        int notes = elf.Section(".bpf_sdt_notes", bytes);
        elf.Symbol(Symbol, notes, (ulong)Lead.Length, info: LocalLabel);
        if (HasRelocation && bytes.Length >= Lead.Length + 8)
            elf.Relocate(notes, (ulong)Lead.Length, RelocationType, target);
        if (Second is { } other)
        {
            elf.Symbol(other.Symbol, notes, (ulong)(Lead.Length + first.Length), info: LocalLabel);
            if (bytes.Length >= Lead.Length + first.Length + 8)
                elf.Relocate(notes, (ulong)(Lead.Length + first.Length), 2, codeSymbol);
        }

        AddLazy(elf, codeSymbol);
        if (HasBtf)
            elf.Section(".BTF", Types());
        return elf.Build();
    }

    void AddLazy(ElfBuilder elf, int codeSymbol)
    {
        if (Lazy.Count == 0)
            return;
        int section = elf.Section(".bpf_sdt_enabled", [.. Lazy.SelectMany(static l => l.Entry)]);
        ulong at = 0;
        foreach ((string symbol, byte[] entry, bool relocated) in Lazy)
        {
            elf.Symbol(symbol, section, at, info: LocalLabel);
            for (ulong word = 0; relocated && word + 8 <= (ulong)entry.Length; word += 8)
                elf.Relocate(section, at + word, 2, codeSymbol);
            at += (ulong)entry.Length;
        }
    }

    byte[] Types()
    {
        var btf = new BtfBuilder();
        int number = btf.Int("int", 4);
        int prototype = btf.Proto(0, ("", number), ("", number));
        if (Tag is not null)
            btf.DeclTag(Tag, btf.Var("__sdt_type_p", btf.Const(btf.Pointer(prototype)), 0));
        MoreTypes?.Invoke(btf, number, prototype);
        return btf.Build();
    }
}
