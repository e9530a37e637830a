// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Trampolines;

/// <summary>The place at which a trampoline is called, in one engine. All members are called under the trampoline's lock.</summary>
internal interface ITrampolineSite
{
    /// <summary>Address of the machine code there; 0 under the interpreter.</summary>
    ulong Address { get; }

    /// <summary>
    /// Lets hits see these observers, closed ones not: builds a new image and swaps it in by one store. On an exception the place is as
    /// it was.
    /// </summary>
    /// <param name="entry">In the order in which they run.</param>
    /// <param name="exit">Likewise.</param>
    /// <returns>Frees what was replaced, once no thread can be inside; null when there is nothing.</returns>
    Action? Install(IReadOnlyList<TrampolineNode> entry, IReadOnlyList<TrampolineNode> exit);

    /// <summary>Lets hits reach an installed observer. Cannot fail.</summary>
    void Open(TrampolineNode node);

    /// <summary>Keeps hits from an installed observer, without needing memory. Cannot fail.</summary>
    void Close(TrampolineNode node);

    /// <summary>Puts the NOP back. Cannot fail.</summary>
    /// <returns>As <see cref="Install"/>.</returns>
    Action? Clear();

    /// <summary>For a lazy probe, lets the target compute the arguments and reach the site; else nothing.</summary>
    void Arm();

    /// <summary>Undoes <see cref="Arm"/>.</summary>
    void Disarm();

    /// <summary>Returns when every core sees what was changed before.</summary>
    void Synchronize();
}
