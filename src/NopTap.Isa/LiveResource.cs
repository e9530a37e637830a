// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Kinds of what is held outside the garbage collector's sight, or kept from it.</summary>
internal enum LiveResource
{
    /// <summary>A mapping of memory: of a map, a ring buffer, a packet buffer.</summary>
    Mapping,

    /// <summary>A region for machine code, mapped twice.</summary>
    CodeRegion,

    /// <summary>A piece of a code region: a program or a trampoline image.</summary>
    CodeBlock,

    /// <summary>A leased slot of the thread blocks.</summary>
    Slot,

    /// <summary>The weak handle of a map.</summary>
    MapHandle,

    /// <summary>What a thread's block points at while a program runs, with the weak handle of the program.</summary>
    RunFrame,

    /// <summary>The handle of an observer that machine code calls.</summary>
    ObserverHandle,

    /// <summary>The stacks of an interpreted run.</summary>
    GuestStack,

    /// <summary>Native memory of a context.</summary>
    Context,
}
