// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>Memory that comes and goes while programs run: map values, ring buffer reservations, a packet whose edges helpers move.</summary>
/// <remarks>Called from every thread that runs the program; an answer must stay true until the run that asked has ended.</remarks>
internal interface IGuestRegions
{
    /// <summary>The region that holds an address.</summary>
    /// <param name="address">Any byte of it.</param>
    /// <param name="region">The region.</param>
    /// <returns>Whether there is one.</returns>
    bool TryFind(ulong address, out GuestRegion region);

    /// <summary>The region nearest to an address in none, for a diagnostic.</summary>
    /// <param name="address">The address.</param>
    GuestRegion? Nearest(ulong address);
}
