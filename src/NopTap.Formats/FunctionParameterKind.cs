// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>What the type of a function's parameter is.</summary>
public enum FunctionParameterKind
{
    /// <summary>Integer, bool, char or enum.</summary>
    Number,

    /// <summary>Pointer to the program type's own context structure, or one that its tag says is the context.</summary>
    Context,

    /// <summary>Pointer to a type of known size.</summary>
    Memory,

    /// <summary>Pointer to <c>struct bpf_dynptr</c>.</summary>
    Dynptr,

    /// <summary>Pointer to <c>void</c>, a function, or a structure that is only declared.</summary>
    UnsizedPointer,

    /// <summary>Anything else, for example a structure by value.</summary>
    Other,
}
