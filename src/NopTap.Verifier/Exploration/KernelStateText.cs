// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NopTap.Formats;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Exploration;

/// <summary>Registers and stack slots as the kernel's verifier log writes them, for example <c>scalar(umax=255)</c> or <c>pkt(off=14,r=34)</c>.</summary>
/// <remarks>What readers of that log know keeps its name; bounds that say nothing are left out.</remarks>
sealed class KernelStateText
{
    readonly ImmutableArray<MapSpec> _maps;
    readonly StringBuilder _text = new();

    public KernelStateText(ImmutableArray<MapSpec> maps) => _maps = maps;

    /// <summary>A register.</summary>
    public string Of(in RegisterState register)
    {
        _text.Clear();
        if (register.Kind == RegisterKind.NotWritten)
            return "?";
        if (register.IsScalar && register.Range.IsConstant)
            return Number((long)register.Range.Value);
        if (register.Kind == RegisterKind.Stack && register.IsFixed && !register.Nullable)
            return string.Create(CultureInfo.InvariantCulture, $"fp{(register.Index == 0 ? "" : $"[{register.Index}]")}{register.Offset:+0;-0;0}");
        if (register.Kind == RegisterKind.Iterator)
            return string.Create(CultureInfo.InvariantCulture, $"iter_num(ref_id={register.Reference},state={(register.Index == 0 ? "drained" : "active")})");
        _text.Append(register.ReadOnly ? "rdonly_" : "").Append(Name(register)).Append(register.Nullable ? "_or_null" : "").Append('(');
        int start = _text.Length;
        if (register.Id != 0)
            Field("id", register.Id);
        if (register.Reference != 0)
            Field("ref_obj_id", register.Reference);
        if (register.Kind is RegisterKind.Map or RegisterKind.MapValue or RegisterKind.MapKey && (uint)register.Index < (uint)_maps.Length)
            Field("map", _maps[register.Index].Name);
        if (register.Kind == RegisterKind.Stack)
            Field("frame", register.Index);
        if (register.IsPointer && register.Offset != 0 && register.Kind != RegisterKind.Dynptr)
            Field("off", register.Offset);
        if (register.Kind is RegisterKind.Packet or RegisterKind.PacketMeta)
            Field("r", register.Size);
        if (register.IsGivenMemory)
            Field("sz", register.Size);
        if (register.IsScalar || !register.IsFixed)
            Range(register.Range);
        if (_text.Length > start)
            _text.Length--;
        return _text.Append(')').ToString();
    }

    /// <summary>A stack slot: the register that was spilled there, or a letter a byte from the highest down (m any, 0 zero, ? unwritten, r spilled).</summary>
    public string OfSlot(FrameState frame, int slot)
    {
        ulong kinds = frame.Kinds[slot];
        if (kinds is SlotKinds.Spill or SlotKinds.Object)
            return Of(frame.Spill(slot));
        string spilled = SlotKinds.HasSpill(kinds) ? Of(frame.Spill(slot)) : "";
        _text.Clear();
        for (int i = 7; i >= 0; i--)
        {
            _text.Append(SlotKinds.At(kinds, i) switch
            {
                SlotKinds.UnwrittenByte => '?',
                SlotKinds.SpillByte => 'r',
                SlotKinds.ZeroByte => '0',
                SlotKinds.MiscByte => 'm',
                _ => 'x',
            });
        }

        return spilled.Length == 0 ? _text.ToString() : $"{_text}({spilled})";
    }

    void Range(in ScalarRange range)
    {
        if (range.SMin == range.SMax)
        {
            Field("imm", Number(range.SMin));
            return;
        }

        bool small = range.SMin >= 0;
        if (!small && range.SMin != long.MinValue)
            Field("smin", Number(range.SMin));
        if (range.SMax != long.MaxValue && range.SMax != (long)range.UMax)
            Field("smax", Number(range.SMax));
        if (range.UMin != 0)
            Field("umin", Unsigned(range.UMin));
        if (range.UMax != ulong.MaxValue)
            Field("umax", Unsigned(range.UMax));
        if (range.SMin32 > int.MinValue && range.SMin32 < 0 && range.SMin32 != range.SMin)
            Field("smin32", Number(range.SMin32));
        if (range.SMax32 < int.MaxValue && range.SMax32 != range.SMax && (uint)range.SMax32 != range.UMax32)
            Field("smax32", Number(range.SMax32));
        if (range.UMin32 != 0 && range.UMin32 != range.UMin)
            Field("umin32", Unsigned(range.UMin32));
        if (range.UMax32 != uint.MaxValue && range.UMax32 != range.UMax)
            Field("umax32", Unsigned(range.UMax32));
        if (range.Bits.Mask != ulong.MaxValue)
            _text.Append(CultureInfo.InvariantCulture, $"var_off=(0x{range.Bits.Value:x}; 0x{range.Bits.Mask:x}),");
    }

    void Field(string name, int value) => _text.Append(CultureInfo.InvariantCulture, $"{name}={value},");

    void Field(string name, string value) => _text.Append(name).Append('=').Append(value).Append(',');

    static string Number(long value) =>
        value is > -0x8000 and < 0x8000 ? value.ToString(CultureInfo.InvariantCulture) : Unsigned((ulong)value);

    static string Unsigned(ulong value) =>
        value < 0x8000 ? value.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    static string Name(in RegisterState register) => register.Kind switch
    {
        RegisterKind.Scalar => "scalar",
        RegisterKind.Context => "ctx",
        RegisterKind.Stack => "fp",
        RegisterKind.Map => "map_ptr",
        RegisterKind.MapValue => "map_value",
        RegisterKind.MapKey => "map_key",
        RegisterKind.Packet => "pkt",
        RegisterKind.PacketMeta => "pkt_meta",
        RegisterKind.PacketEnd => "pkt_end",
        RegisterKind.Memory or RegisterKind.Slice or RegisterKind.PacketSlice => "mem",
        RegisterKind.Dynptr => register.Index switch
        {
            (int)DynptrKind.Ring => "dynptr_ringbuf",
            (int)DynptrKind.Skb => "dynptr_skb",
            (int)DynptrKind.Xdp => "dynptr_xdp",
            _ => "dynptr_local",
        },
        RegisterKind.Function => "func",
        RegisterKind.TargetContext => "target_ctx",
        _ => register.Kind.ToString().ToLowerInvariant(),
    };
}
