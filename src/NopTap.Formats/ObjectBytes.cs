// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Elf;
using NopTap.Isa;

namespace NopTap.Formats;

/// <summary>Takes the bytes of an object from a stream that may never end.</summary>
static class ObjectBytes
{
    const int Chunk = 64 << 10;

    /// <summary>Reads to the end.</summary>
    /// <param name="stream">A file, a pipe, a device.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <param name="limits">How much is taken at most.</param>
    /// <exception cref="BpfFormatException">There is more than that.</exception>
    public static ReadOnlyMemory<byte> Read(Stream stream, string name, ReadLimits limits)
    {
        long most = Math.Min(limits.FileBytes, Array.MaxLength - 1L);
        byte[] bytes = new byte[Chunk];
        int length = 0;
        while (stream.Read(bytes, length, bytes.Length - length) is > 0 and int read)
        {
            length += read;
            // What begins otherwise is no object, however long it is: a device has no end to wait for.
            if (length >= ElfFile.IdentitySize && !ElfFile.MayBegin(bytes))
                break;
            if (length > most)
                throw new BpfFormatException(TooLarge(name, limits));
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(4L * length, Math.Max(most + 1, length + 1)));
        }

        return bytes.AsMemory(0, length);
    }

    /// <summary>What is said of more bytes than that.</summary>
    public static Diagnostic TooLarge(string name, ReadLimits limits) => FormatDiagnostics.FileTooLarge.At(
        Fault.In(name), $"more than {limits.FileBytes} bytes, the budget FileBytes",
        "raise FileBytes (ReadLimits, or BpfRuntimeOptions for a runtime) if the object may be as large");
}
