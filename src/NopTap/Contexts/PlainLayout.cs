// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Verifier;

namespace NopTap.Contexts;

/// <summary>Layouts of a host's own contexts.</summary>
public static class PlainLayout
{
    /// <summary>A structure as one piece of plain memory.</summary>
    /// <typeparam name="T">The structure, laid out as the program's C declares it.</typeparam>
    /// <param name="isWritable">Whether programs may store to it.</param>
    public static ContextLayout Of<T>(bool isWritable = true)
        where T : unmanaged => ContextLayout.Plain(typeof(T).Name, Unsafe.SizeOf<T>(), isWritable);
}
