// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using NopTap.Isa;

namespace NopTap.Formats;

public sealed partial record BpfObjectSpec
{
    /// <summary>Reads an object file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BpfFormatException">The file cannot be read or is no BPF object.</exception>
    public static BpfObjectSpec Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return TryLoad(path, out BpfObjectSpec? spec, out Diagnostic? diagnostic) ? spec : throw new BpfFormatException(diagnostic);
    }

    /// <summary>Reads an object from a stream to its end.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <exception cref="BpfFormatException">The bytes are no BPF object.</exception>
    public static BpfObjectSpec Load(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Load(copy.GetBuffer().AsSpan(0, (int)copy.Length), name);
    }

    /// <summary>Reads an object from memory.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <exception cref="BpfFormatException">The bytes are no BPF object.</exception>
    public static BpfObjectSpec Load(ReadOnlySpan<byte> data, string name) =>
        TryLoad(data, name, out BpfObjectSpec? spec, out Diagnostic? diagnostic) ? spec : throw new BpfFormatException(diagnostic);

    /// <summary>Reads an object file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="spec">The object, when it was one.</param>
    /// <param name="diagnostic">What was wrong, otherwise.</param>
    /// <returns>Whether the file is a BPF object.</returns>
    public static bool TryLoad(string path, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] data;
        try
        {
            data = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            spec = null;
            diagnostic = FormatDiagnostics.FileUnreadable.At(Fault.In(path), e.Message.TrimEnd('.'), "give the path of a .bpf.o file that may be read");
            return false;
        }

        return TryRead(data, Path.GetFileName(path), out spec, out diagnostic);
    }

    /// <summary>Reads an object from memory.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <param name="spec">The object, when it was one.</param>
    /// <param name="diagnostic">What was wrong, otherwise.</param>
    /// <returns>Whether the bytes are a BPF object.</returns>
    public static bool TryLoad(
        ReadOnlySpan<byte> data, string name, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryRead(data.ToArray(), name, out spec, out diagnostic);
    }

    // The one place where a reader's fault becomes a value.
    static bool TryRead(
        ReadOnlyMemory<byte> data, string name, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic)
    {
        try
        {
            spec = ObjectReader.Read(data, name);
            diagnostic = null;
            return true;
        }
        catch (BpfFormatException fault)
        {
            spec = null;
            diagnostic = fault.Diagnostic;
            return false;
        }
    }
}
