// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Linking;

/// <summary>Kinds of <see cref="Reference"/>.</summary>
enum ReferenceKind
{
    /// <summary>Nothing: the instruction stands as it is.</summary>
    None,

    /// <summary>A function of the object.</summary>
    Function,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A place in a map's value.</summary>
    MapValue,

    /// <summary>A symbol that is not there: its address is 0.</summary>
    Absent,

    /// <summary>A kernel function that this runtime has.</summary>
    KernelFunction,
}
