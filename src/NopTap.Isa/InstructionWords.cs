// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace NopTap.Isa;

/// <summary>The operators of the assembler language, both ways.</summary>
static class InstructionWords
{
    internal static string Arithmetic(byte operation) => operation switch
    {
        Opcode.Add => "+=",
        Opcode.Sub => "-=",
        Opcode.Mul => "*=",
        Opcode.Div => "/=",
        Opcode.Or => "|=",
        Opcode.And => "&=",
        Opcode.Lsh => "<<=",
        Opcode.Rsh => ">>=",
        Opcode.Mod => "%=",
        Opcode.Xor => "^=",
        Opcode.Mov => "=",
        Opcode.Arsh => "s>>=",
        _ => throw new UnreachableException($"BUG: operation 0x{operation:x2} has no operator"),
    };

    internal static string Comparison(byte operation) => operation switch
    {
        Opcode.Jeq => "==",
        Opcode.Jgt => ">",
        Opcode.Jge => ">=",
        Opcode.Jset => "&",
        Opcode.Jne => "!=",
        Opcode.Jsgt => "s>",
        Opcode.Jsge => "s>=",
        Opcode.Jlt => "<",
        Opcode.Jle => "<=",
        Opcode.Jslt => "s<",
        Opcode.Jsle => "s<=",
        _ => throw new UnreachableException($"BUG: operation 0x{operation:x2} has no comparison"),
    };

    internal static string Atomic(int operation) => operation switch
    {
        AtomicOperation.Add => "add",
        AtomicOperation.Or => "or",
        AtomicOperation.And => "and",
        AtomicOperation.Xor => "xor",
        _ => throw new UnreachableException($"BUG: atomic operation 0x{operation:x2} has no name"),
    };

    // The offset field of an operation tells signed division and remainder.
    internal static bool TryArithmetic(string operators, out byte operation, out short offset)
    {
        offset = operators is "s/=" or "s%=" ? (short)1 : (short)0;
        int found = operators switch
        {
            "+=" => Opcode.Add,
            "-=" => Opcode.Sub,
            "*=" => Opcode.Mul,
            "/=" or "s/=" => Opcode.Div,
            "|=" => Opcode.Or,
            "&=" => Opcode.And,
            "<<=" => Opcode.Lsh,
            ">>=" => Opcode.Rsh,
            "%=" or "s%=" => Opcode.Mod,
            "^=" => Opcode.Xor,
            "=" => Opcode.Mov,
            "s>>=" => Opcode.Arsh,
            _ => -1,
        };
        operation = unchecked((byte)found);
        return found >= 0;
    }

    internal static bool TryComparison(string operators, out byte operation)
    {
        int found = operators switch
        {
            "==" => Opcode.Jeq,
            ">" => Opcode.Jgt,
            ">=" => Opcode.Jge,
            "&" => Opcode.Jset,
            "!=" => Opcode.Jne,
            "s>" => Opcode.Jsgt,
            "s>=" => Opcode.Jsge,
            "<" => Opcode.Jlt,
            "<=" => Opcode.Jle,
            "s<" => Opcode.Jslt,
            "s<=" => Opcode.Jsle,
            _ => -1,
        };
        operation = unchecked((byte)found);
        return found >= 0;
    }

    internal static bool TryAtomic(string name, out int operation)
    {
        operation = name switch
        {
            "add" => AtomicOperation.Add,
            "or" => AtomicOperation.Or,
            "and" => AtomicOperation.And,
            "xor" => AtomicOperation.Xor,
            _ => -1,
        };
        return operation >= 0;
    }
}
