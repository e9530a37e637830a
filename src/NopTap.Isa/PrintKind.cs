// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>What a piece of a format string is: text, or a conversion that prints one value.</summary>
public enum PrintKind
{
    /// <summary>Text as it stands.</summary>
    Text,

    /// <summary><c>%d %i</c> with <c>l</c> or <c>ll</c> before it or not: a number with its sign.</summary>
    Signed,

    /// <summary><c>%u</c>.</summary>
    Unsigned,

    /// <summary><c>%x</c>.</summary>
    Hexadecimal,

    /// <summary><c>%X</c>.</summary>
    UpperHexadecimal,

    /// <summary><c>%c</c>: one byte.</summary>
    Character,

    /// <summary><c>%s</c>: a string that the program may read.</summary>
    String,

    /// <summary><c>%pks</c>: a string of the kernel's memory; no width counts.</summary>
    KernelString,

    /// <summary><c>%pus</c>: a string of a process's memory; no width counts.</summary>
    UserString,

    /// <summary><c>%p %pK</c>: an address that is not shown but hashed.</summary>
    HashedPointer,

    /// <summary><c>%px</c>: an address as a number.</summary>
    Pointer,

    /// <summary><c>%ps %pS %pB</c>: the name of what lies at an address, or the address.</summary>
    Symbol,

    /// <summary><c>%pI4</c>: 127.0.0.1.</summary>
    Ip4,

    /// <summary><c>%pi4</c>: 127.000.000.001.</summary>
    PaddedIp4,

    /// <summary><c>%pI6</c>: eight groups with colons.</summary>
    Ip6,

    /// <summary><c>%pi6</c>: 32 digits.</summary>
    BareIp6,
}
