// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Verifier.Tests.Domains;

/// <summary>What the machine computes (RFC 9669, sections 4.1 to 4.3), written down a second time for the domains to be held against.</summary>
static class Machine
{
    public static readonly byte[] Operations =
        [Opcode.Add, Opcode.Sub, Opcode.Mul, Opcode.And, Opcode.Or, Opcode.Xor, Opcode.Lsh, Opcode.Rsh, Opcode.Arsh, Opcode.Div, Opcode.Mod];

    public static readonly byte[] Comparisons =
        [Opcode.Jeq, Opcode.Jne, Opcode.Jset, Opcode.Jgt, Opcode.Jge, Opcode.Jlt, Opcode.Jle, Opcode.Jsgt, Opcode.Jsge, Opcode.Jslt, Opcode.Jsle];

    public static string Name(byte operation) => operation switch
    {
        Opcode.Add => "add",
        Opcode.Sub => "sub",
        Opcode.Mul => "mul",
        Opcode.And => "and",
        Opcode.Or => "or",
        Opcode.Xor => "xor",
        Opcode.Lsh => "lsh",
        Opcode.Rsh => "rsh",
        Opcode.Arsh => "arsh",
        Opcode.Div => "div",
        Opcode.Mod => "mod",
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    public static string NameOfComparison(byte operation) => operation switch
    {
        Opcode.Jeq => "jeq",
        Opcode.Jne => "jne",
        Opcode.Jset => "jset",
        Opcode.Jgt => "jgt",
        Opcode.Jge => "jge",
        Opcode.Jlt => "jlt",
        Opcode.Jle => "jle",
        Opcode.Jsgt => "jsgt",
        Opcode.Jsge => "jsge",
        Opcode.Jslt => "jslt",
        Opcode.Jsle => "jsle",
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    public static ulong Compute(byte operation, ulong a, ulong b, bool wide) => wide ? Compute64(operation, a, b) : Compute32(operation, (uint)a, (uint)b);

    static ulong Compute64(byte operation, ulong a, ulong b) => operation switch
    {
        Opcode.Add => a + b,
        Opcode.Sub => a - b,
        Opcode.Mul => a * b,
        Opcode.And => a & b,
        Opcode.Or => a | b,
        Opcode.Xor => a ^ b,
        Opcode.Lsh => a << (int)(b & 63),
        Opcode.Rsh => a >> (int)(b & 63),
        Opcode.Arsh => (ulong)((long)a >> (int)(b & 63)),
        Opcode.Div => b == 0 ? 0 : a / b,
        _ => b == 0 ? a : a % b,
    };

    static uint Compute32(byte operation, uint a, uint b) => operation switch
    {
        Opcode.Add => a + b,
        Opcode.Sub => a - b,
        Opcode.Mul => a * b,
        Opcode.And => a & b,
        Opcode.Or => a | b,
        Opcode.Xor => a ^ b,
        Opcode.Lsh => a << (int)(b & 31),
        Opcode.Rsh => a >> (int)(b & 31),
        Opcode.Arsh => (uint)((int)a >> (int)(b & 31)),
        Opcode.Div => b == 0 ? 0 : a / b,
        _ => b == 0 ? a : a % b,
    };

    /// <summary>Signed division and remainder: the one quotient that does not fit wraps, and its remainder is 0.</summary>
    public static ulong ComputeSigned(byte operation, ulong a, ulong b, bool wide)
    {
        (Int128 left, Int128 right) = wide ? ((long)a, (long)b) : ((int)a, (int)b);
        Int128 result = operation == Opcode.Div ? right == 0 ? 0 : left / right : right == 0 ? left : left % right;
        ulong bits = (ulong)(UInt128)result;
        return wide ? bits : (uint)bits;
    }

    public static bool Holds(byte operation, ulong a, ulong b, bool wide)
    {
        (long sa, long sb) = wide ? ((long)a, (long)b) : ((int)a, (int)b);
        (ulong ua, ulong ub) = wide ? (a, b) : ((uint)a, (uint)b);
        return operation switch
        {
            Opcode.Jeq => ua == ub,
            Opcode.Jne => ua != ub,
            Opcode.Jset => (ua & ub) != 0,
            Opcode.Jgt => ua > ub,
            Opcode.Jge => ua >= ub,
            Opcode.Jlt => ua < ub,
            Opcode.Jle => ua <= ub,
            Opcode.Jsgt => sa > sb,
            Opcode.Jsge => sa >= sb,
            Opcode.Jslt => sa < sb,
            _ => sa <= sb,
        };
    }
}
