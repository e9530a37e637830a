// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>The legacy packet loads (<c>r0 = *(u32 *)skb[...]</c>; RFC 9669, section 5.5) of programs whose context is a socket buffer.</summary>
public interface IPacketLoads
{
    /// <summary>Loads from the packet of a context.</summary>
    /// <param name="context">The native context, from r6.</param>
    /// <param name="offset">Byte offset in the packet; negative ones are the caller's to refuse or to understand.</param>
    /// <param name="size">1, 2 or 4 bytes.</param>
    /// <param name="value">The bytes taken as a big-endian number.</param>
    /// <returns>Whether they lie in the packet; when not, the function returns 0 at once.</returns>
    bool TryLoad(nint context, int offset, int size, out uint value);
}
