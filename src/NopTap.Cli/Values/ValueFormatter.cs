// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using NopTap.Formats;
using NopTap.Formats.Btf;

namespace NopTap.Cli.Values;

/// <summary>Writes values of one declared type.</summary>
abstract class ValueFormatter
{
    static readonly ValueFormatter s_context = new ContextFormatter();
    static readonly ValueFormatter s_pointer = new PointerFormatter();
    static readonly ValueFormatter s_bool = new BoolFormatter();
    static readonly ValueFormatter s_signed = new SignedFormatter();
    static readonly ValueFormatter s_unsigned = new UnsignedFormatter();

    /// <summary>Picks one for a parameter.</summary>
    public static ValueFormatter Of(ProbeParameter parameter, BtfTypes? types)
    {
        switch (parameter.Kind)
        {
            case ProbeArgumentKind.Context:
                return s_context;
            case ProbeArgumentKind.Pointer:
                return s_pointer;
        }

        BtfType? type = types is null || parameter.TypeId == 0 ? null : types.SkipModifiers(parameter.TypeId);
        return type switch
        {
            BtfEnum enumeration => new EnumFormatter(enumeration),
            BtfInt { IsBool: true } => s_bool,
            _ => parameter.IsSigned ? s_signed : s_unsigned,
        };
    }

    /// <summary>A value, extended to 64 bits, as text.</summary>
    public abstract string Format(long value);

    /// <summary>A value as JSON: numbers as numbers, all else as text.</summary>
    public virtual JsonNode ToJson(long value) => JsonValue.Create(Format(value));

    sealed class ContextFormatter : ValueFormatter
    {
        public override string Format(long value) => "ctx";
    }

    sealed class PointerFormatter : ValueFormatter
    {
        public override string Format(long value) => value == 0 ? "NULL" : string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
    }

    sealed class BoolFormatter : ValueFormatter
    {
        public override string Format(long value) => value == 0 ? "false" : "true";

        public override JsonNode ToJson(long value) => JsonValue.Create(value != 0);
    }

    sealed class SignedFormatter : ValueFormatter
    {
        public override string Format(long value) => value.ToString(CultureInfo.InvariantCulture);

        public override JsonNode ToJson(long value) => JsonValue.Create(value);
    }

    sealed class UnsignedFormatter : ValueFormatter
    {
        public override string Format(long value) => ((ulong)value).ToString(CultureInfo.InvariantCulture);

        public override JsonNode ToJson(long value) => JsonValue.Create((ulong)value);
    }

    // Of two names for one value the first is meant.
    sealed class EnumFormatter : ValueFormatter
    {
        readonly Dictionary<long, string> _names = [];

        public EnumFormatter(BtfEnum enumeration)
        {
            foreach (BtfEnumerator value in enumeration.Values)
                _names.TryAdd(value.Value, value.Name);
        }

        public override string Format(long value) => _names.TryGetValue(value, out string? name) ? name : value.ToString(CultureInfo.InvariantCulture);
    }
}
