// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace NopTap.Fuzz.Api;

/// <summary>A context of 8 bytes.</summary>
public struct Word
{
    ulong _word;

    /// <summary>Its content.</summary>
    public ulong Value { readonly get => _word; set => _word = value; }
}

/// <summary>A context of 64 bytes.</summary>
[InlineArray(8)]
public struct Middle
{
    ulong _first;
}

/// <summary>A context of 512 bytes.</summary>
[InlineArray(64)]
public struct Large
{
    ulong _first;
}

/// <summary>A key of a trie: length and address.</summary>
[InlineArray(2)]
public struct Prefix
{
    uint _first;
}
