// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using NopTap.Isa;

namespace NopTap.TestKit.Cases;

/// <summary>A case: an input and what must come of it.</summary>
/// <param name="Name">File and case, as in <c>alu64/add a constant</c>.</param>
/// <param name="Path">The file.</param>
/// <param name="Sections">The sections by name.</param>
public sealed record TestCase(string Name, string Path, ImmutableDictionary<string, CaseSection> Sections)
{
    /// <summary>Every section there is.</summary>
    /// <remarks>
    /// <c>asm</c> the program; <c>mem</c> its memory, hex bytes (r1 = address, r2 = length); <c>pre</c> and <c>post</c> state before and
    /// memory after; <c>result</c> r0; <c>reject</c> the diagnostic, as <c>BPF2014 at 1</c>; <c>helper</c> expected helper calls;
    /// <c>object</c> a program of a committed object, named in its argument; <c>with</c> changes of the request; <c>text</c> golden text;
    /// <c>fault</c> the fault that a program is made after; <c>accept</c> that it is accepted; <c>kernel</c> how and why the running kernel's
    /// verdict differs; <c>x64</c> golden machine code; <c>xfail</c> why the case is still refused though it should not be.
    /// </remarks>
    public static FrozenSet<string> KnownSections { get; } =
        FrozenSet.Create("asm", "mem", "pre", "post", "result", "reject", "helper", "x64", "xfail", "object", "with", "text", "fault", "accept", "kernel");

    /// <summary>A section's body, or null.</summary>
    /// <param name="section">Its name.</param>
    public string? this[string section] => Sections.GetValueOrDefault(section)?.Body;

    /// <summary>The program of section <c>asm</c> with its labels.</summary>
    public AssembledProgram Assembled => Read("asm", section => Assembler.ParseProgram(section.Body, System.IO.Path.GetFileName(Path)));

    /// <summary>The slots of section <c>asm</c>.</summary>
    public ImmutableArray<Instruction> Program => Assembled.Instructions;

    /// <summary>Bytes of section <c>mem</c>; empty without one.</summary>
    public byte[] Memory => Sections.ContainsKey("mem") ? Read("mem", ParseBytes) : [];

    /// <summary>Bytes of section <c>post</c>, which the memory must hold afterwards, or null.</summary>
    public byte[]? MemoryAfter => Sections.ContainsKey("post") ? Read("post", ParseBytes) : null;

    /// <summary>r0 of section <c>result</c>, or null.</summary>
    public ulong? Result => Sections.ContainsKey("result") ? Read("result", ParseNumber) : null;

    /// <inheritdoc/>
    public override string ToString() => Name;

    T Read<T>(string name, Func<CaseSection, T> parse)
    {
        if (!Sections.TryGetValue(name, out CaseSection? section))
            throw new CaseFormatException(Path, 1, $"case '{Name}' has no section '{name}'");
        try
        {
            return parse(section);
        }
        catch (Exception e) when (e is FormatException or OverflowException or BpfFormatException)
        {
            throw new CaseFormatException(Path, section.Line, $"section '{name}' of '{Name}': {e.Message}", e);
        }
    }

    static byte[] ParseBytes(CaseSection section) =>
        Convert.FromHexString(string.Concat(section.Body.Where(c => !char.IsWhiteSpace(c))));

    // Decimal, with a sign where two's complement is meant, or hexadecimal after 0x; underscores may group digits.
    static ulong ParseNumber(CaseSection section)
    {
        string text = section.Body.Trim().Replace("_", "", StringComparison.Ordinal);
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return text.StartsWith('-')
            ? unchecked((ulong)long.Parse(text, CultureInfo.InvariantCulture)) : ulong.Parse(text, CultureInfo.InvariantCulture);
    }
}
