// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using NopTap.Formats;
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

    /// <summary>Bytes of a context at most: no structure of .NET is larger.</summary>
    internal const int MaxSize = 1 << 20;

    /// <summary>
    /// The structure that a program's own parameter points to, as one piece of plain memory; null when BTF does not tell one, or it is too large.
    /// Whatever is in it is bytes to the program: nested structures and unions, and pointers too, which load as numbers and lead nowhere. What
    /// stands behind its size, as a flexible array does, is not part of it.
    /// </summary>
    internal static ContextLayout? Of(ProgramSpec program) => program.EntryContext is { Size: <= MaxSize } structure
        ? ContextLayout.Plain(structure.Name, structure.Size, isWritable: true)
        : null;
}
