// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.Verifier;

/// <summary>What a context field is once loaded.</summary>
public enum ContextFieldKind
{
    /// <summary>A number.</summary>
    Scalar,

    /// <summary>First byte of the packet (<c>data</c>).</summary>
    PacketData,

    /// <summary>One past the last byte of the packet (<c>data_end</c>).</summary>
    PacketEnd,

    /// <summary>First byte of the metadata before the packet (<c>data_meta</c>).</summary>
    PacketMeta,

    /// <summary>The context of another program, handed to an observer: usable by helpers that take one, not dereferenced.</summary>
    TargetContext,

    /// <summary>An address that is only a number here; probe_read_kernel may try it.</summary>
    OpaquePointer,

    /// <summary>The socket of the packet, in any state, or null.</summary>
    SocketOrNull,
}

/// <summary>One field of a context as programs see it, and where it lies in ours.</summary>
/// <remarks>
/// A program compiled against the kernel's header reads 32-bit fields, pointers to the packet among them. Loading rewrites each access
/// into one instruction on the native context, so the two layouts need not be alike: <c>data</c> is 4 bytes for the program and an
/// 8-byte pointer in ours.
/// </remarks>
/// <param name="Name">C name.</param>
/// <param name="Offset">Byte offset in the program's structure.</param>
/// <param name="Size">Bytes in the program's structure.</param>
/// <param name="Kind">What it is once loaded.</param>
/// <param name="IsWritable">Whether programs may store to it.</param>
/// <param name="NativeOffset">Byte offset in the native context.</param>
/// <param name="NativeSize">Bytes in the native context: 8 for pointers, else <paramref name="Size"/>.</param>
public sealed record ContextField(
    string Name, int Offset, int Size, ContextFieldKind Kind, bool IsWritable, int NativeOffset, int NativeSize)
{
    /// <summary>The only width in bytes of an access; 0 where narrower ones are allowed as well, or where the field is a pointer.</summary>
    public int Width { get; init; }

    /// <summary>Whether a store may change a part of the field.</summary>
    public bool TakesPartialStores { get; init; }

    /// <summary>Whether a load narrower than the field is allowed (never for pointers).</summary>
    public bool AllowsNarrowAccess => Kind == ContextFieldKind.Scalar;
}

/// <summary>Layout of a program type's context. Immutable; shared by all programs of the type. Compared by value, fields included.</summary>
/// <param name="StructName">C structure, for example <c>xdp_md</c>.</param>
/// <param name="Size">Bytes in the program's structure.</param>
/// <param name="NativeSize">Bytes in the native context.</param>
/// <param name="Fields">Fields, ordered by offset; bytes between them may not be touched.</param>
public sealed record ContextLayout(string StructName, int Size, int NativeSize, ImmutableArray<ContextField> Fields)
{
    /// <summary>Fields, ordered by offset; bytes between them may not be touched.</summary>
    public ImmutableArray<ContextField> Fields { get; init; } = Fields.IsDefault ? [] : Fields;

    /// <summary>Of an observer's arguments: the context of the program that it observes, to which <see cref="ContextFieldKind.TargetContext"/> points; null when unknown.</summary>
    public ContextLayout? Target { get; init; }

    /// <summary>Whether it is the kernel's frame of an XDP program, and no structure of a host's that has the same name.</summary>
    public bool IsXdpFrame => StructName == "xdp_md" && Fields.Any(part => part.Kind == ContextFieldKind.PacketData);

    /// <inheritdoc/>
    public bool Equals(ContextLayout? other) =>
        other is not null && StructName == other.StructName && Size == other.Size && NativeSize == other.NativeSize
        && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan()) && Equals(Target, other.Target);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StructName, Size, NativeSize, Fields.Length);

    /// <summary>The field that covers an access, or null.</summary>
    /// <param name="offset">Byte offset in the program's structure.</param>
    /// <param name="size">Bytes accessed.</param>
    public ContextField? FieldAt(int offset, int size)
    {
        foreach (ContextField field in Fields)
        {
            if (offset >= field.Offset && offset + size <= field.Offset + field.Size)
                return field;
        }

        return null;
    }

    /// <summary>A host's own structure: one piece of plain memory that programs see as it is.</summary>
    /// <param name="structName">C structure.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="isWritable">Whether programs may store to it.</param>
    public static ContextLayout Plain(string structName, int size, bool isWritable) =>
        new(structName, size, size, [new ContextField("", 0, size, ContextFieldKind.Scalar, isWritable, 0, size) { TakesPartialStores = true }]);
}
