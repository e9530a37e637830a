// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NopTap.Formats.Btf;
using NopTap.Formats.Maps;

namespace NopTap.Formats;

public sealed partial record BpfObjectSpec
{
    /// <summary>Gives a configuration variable (<c>extern ... __kconfig</c>) a value.</summary>
    /// <param name="name">Its name, for example <c>CONFIG_HZ</c> or <c>LINUX_KERNEL_VERSION</c>.</param>
    /// <param name="value">As a file .config has it: <c>y</c>, <c>n</c>, <c>m</c>, a number (decimal or <c>0x</c>), or text in double quotes for an array of char.</param>
    /// <returns>The object with that value; programs that were missing it miss it no more.</returns>
    /// <exception cref="KeyNotFoundException">The object declares no such variable.</exception>
    /// <exception cref="ArgumentException">The value does not fit the variable's type.</exception>
    public BpfObjectSpec WithKconfig(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ExternSpec external = Externs.FirstOrDefault(e => e.Name == name && e is { Kind: ExternKind.Kconfig, Offset: >= 0 })
            ?? throw new KeyNotFoundException($"'{Name}' has no configuration variable '{name}'");
        byte[] bytes = new byte[external.Size];
        if (!TryEncode(external, value, bytes))
            throw new ArgumentException($"{value} does not fit configuration variable '{name}' of {external.Size} bytes", nameof(value));
        MapSpec map = Maps.First(static m => m.Name == KconfigReader.MapName);
        byte[] content = [.. map.InitialValue];
        bytes.CopyTo(content.AsSpan(external.Offset));
        return this with
        {
            Maps = Maps.Replace(map, map with { InitialValue = [.. content] }),
            Externs = Externs.Replace(external, external with { HasValue = true }),
            Programs = [.. Programs.Select(program => program with { Missing = program.Missing.RemoveAll(missing => missing.Name == name) })],
        };
    }

    bool TryEncode(ExternSpec external, string value, Span<byte> bytes)
    {
        BtfType type = Btf!.SkipModifiers(((BtfVar)Btf.TypeById(external.TypeId)).TypeId);
        if (type is BtfArray)
        {
            bool quoted = value is ['"', .., '"'] && value.Length >= 2;
            return quoted && Encoding.UTF8.TryGetBytes(value.AsSpan(1, value.Length - 2), bytes[..^1], out _);
        }

        return TryNumber(type, value, out ulong number) && TryWrite(type, number, bytes);
    }

    // A bool is 0 or 1, a char the letter, the tristate of bpf_helpers.h 0, 1 or 2.
    static bool TryNumber(BtfType type, string value, out ulong number)
    {
        if (value is "y" or "n" or "m")
        {
            bool isChar = type is BtfInt { Size: 1, IsBool: false };
            number = isChar ? value[0] : value switch { "n" => 0u, "y" => 1, _ => 2 };
            return type is BtfEnum or BtfInt { Size: 1 } && (value != "m" || type is not BtfInt { IsBool: true });
        }

        bool isHex = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long signed))
        {
            number = (ulong)signed;
            return true;
        }

        return ulong.TryParse(isHex ? value[2..] : value, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    static bool TryWrite(BtfType type, ulong number, Span<byte> bytes)
    {
        if (bytes.Length > sizeof(ulong) || (type is BtfInt { IsBool: true } && number > 1))
            return false;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(word, number);
        int spare = 64 - (bytes.Length * 8);
        bool fits = spare == 0 || number << spare >> spare == number || (ulong)((long)(number << spare) >> spare) == number;
        word[..bytes.Length].CopyTo(bytes);
        return fits;
    }
}
