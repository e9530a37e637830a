// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Formats;
using NopTap.Verifier.Domains;

namespace NopTap.Verifier.Exploration;

/// <summary>Registers in words.</summary>
static class RegisterText
{
    /// <summary>Numbers of which nothing is known.</summary>
    public const string AnyNumber = "a number of any value";
    public const string AnyNumber32 = "a 32-bit number of any value";

    /// <summary>For example <c>an address in the packet at offset 14, 14 bytes checked</c>.</summary>
    public static string Describe(in RegisterState register) => Describe(register, []);

    /// <summary>With the names of maps.</summary>
    public static string Describe(in RegisterState register, ImmutableArray<MapSpec> maps)
    {
        if (register.Kind == RegisterKind.Scalar)
            return Number(register.Range);
        bool named = register.Kind is RegisterKind.Map or RegisterKind.MapValue or RegisterKind.MapKey && (uint)register.Index < (uint)maps.Length;
        string text = register.IsArgument ? string.Create(CultureInfo.InvariantCulture, $"an address in the memory of argument {register.Index}")
            : !named ? Name(register.Kind) : register.Kind switch
            {
                RegisterKind.Map => $"map '{maps[register.Index].Name}'",
                RegisterKind.MapKey => $"an address in a key of map '{maps[register.Index].Name}'",
                _ => $"an address in a value of map '{maps[register.Index].Name}'",
            };
        if (HasOffset(register.Kind))
        {
            if (register.Offset != 0 || !register.IsFixed)
                text += string.Create(CultureInfo.InvariantCulture, $" at offset {register.Offset}");
            if (!register.IsFixed)
                text += $" plus {register.Range}";
        }

        if (register.Kind is RegisterKind.Packet or RegisterKind.PacketMeta)
            text += string.Create(CultureInfo.InvariantCulture, $", {Math.Max(register.Size, 0)} bytes known to exist");
        if (register.Kind == RegisterKind.Memory)
            text += string.Create(CultureInfo.InvariantCulture, $", {register.Size} bytes");
        if (register.Nullable)
            text += ", or null";
        return text;
    }

    static string Number(in ScalarRange range) => range.IsConstant ? $"the number {range}"
        : range.IsUnknown ? AnyNumber
        : range is { UMin: 0, UMax: uint.MaxValue, Bits.Mask: uint.MaxValue } ? AnyNumber32
        : $"a number, {range}";

    /// <summary>Short form for state lines, for example <c>stack[0]-8</c>.</summary>
    public static string Brief(in RegisterState register)
    {
        if (register.Kind == RegisterKind.Scalar)
            return register.Range.ToString();
        string text = register.Kind switch
        {
            RegisterKind.Context => "ctx",
            RegisterKind.Stack => string.Create(CultureInfo.InvariantCulture, $"stack[{register.Index}]"),
            RegisterKind.Map => string.Create(CultureInfo.InvariantCulture, $"map[{register.Index}]"),
            RegisterKind.MapValue => string.Create(CultureInfo.InvariantCulture, $"value[{register.Index}]"),
            RegisterKind.MapKey => string.Create(CultureInfo.InvariantCulture, $"key[{register.Index}]"),
            RegisterKind.Packet => "packet",
            RegisterKind.PacketMeta => "meta",
            RegisterKind.PacketEnd => "packet_end",
            RegisterKind.Memory => string.Create(CultureInfo.InvariantCulture, $"memory({register.Size})"),
            RegisterKind.Slice or RegisterKind.PacketSlice => string.Create(CultureInfo.InvariantCulture, $"slice({register.Size})"),
            RegisterKind.Iterator => register.Index == 0 ? "iterator(drained)" : "iterator",
            RegisterKind.Dynptr => $"dynptr({(DynptrKind)register.Index})",
            RegisterKind.Function => string.Create(CultureInfo.InvariantCulture, $"function[{register.Index}]"),
            RegisterKind.TargetContext => "target_ctx",
            RegisterKind.SocketCommon => "sock_common",
            RegisterKind.Socket => "sock",
            RegisterKind.TcpSocket => "tcp_sock",
            RegisterKind.XdpSocket => "xdp_sock",
            _ => "?",
        };
        if (register.Offset != 0)
            text += string.Create(CultureInfo.InvariantCulture, $"{register.Offset:+0;-0}");
        if (HasOffset(register.Kind) && !register.IsFixed)
            text += $"+({register.Range})";
        if (register.Kind is RegisterKind.Packet or RegisterKind.PacketMeta)
            text += string.Create(CultureInfo.InvariantCulture, $" r={register.Size}");
        return register.Nullable ? text + "|null" : text;
    }

    static bool HasOffset(RegisterKind kind) => kind is RegisterKind.Stack or RegisterKind.MapValue or RegisterKind.Packet
        or RegisterKind.PacketMeta or RegisterKind.Memory or RegisterKind.Slice or RegisterKind.PacketSlice or RegisterKind.MapKey or RegisterKind.Context;

    public static string Name(RegisterKind kind) => kind switch
    {
        RegisterKind.NotWritten => "not written",
        RegisterKind.Scalar => "a number",
        RegisterKind.Context => "the context",
        RegisterKind.Stack => "an address in the stack",
        RegisterKind.Map => "a map",
        RegisterKind.MapValue => "an address in a map value",
        RegisterKind.MapKey => "an address in a map key",
        RegisterKind.Packet => "an address in the packet",
        RegisterKind.PacketMeta => "an address in the packet's metadata",
        RegisterKind.PacketEnd => "the end of the packet",
        RegisterKind.Memory => "an address in allocated memory",
        RegisterKind.Slice => "an address behind a dynptr",
        RegisterKind.PacketSlice => "an address in a slice of the packet",
        RegisterKind.Iterator => "an iterator",
        RegisterKind.Dynptr => "a dynptr",
        RegisterKind.Function => "a function",
        RegisterKind.SocketCommon => "a socket in any state",
        RegisterKind.Socket => "a socket",
        RegisterKind.TcpSocket => "a TCP socket",
        RegisterKind.XdpSocket => "an XDP socket",
        _ => "the context of the observed program",
    };
}
