// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using NopTap.Isa;

namespace NopTap.Formats;

public sealed partial record BpfObjectSpec
{
    /// <summary>Reads an object file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What reading it may cost; null for the usual limits.</param>
    /// <exception cref="BpfFormatException">The file cannot be read, is no BPF object or is larger than allowed.</exception>
    public static BpfObjectSpec Load(string path, ReadLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return TryLoad(path, limits, out BpfObjectSpec? spec, out Diagnostic? diagnostic) ? spec : throw new BpfFormatException(diagnostic);
    }

    /// <summary>Reads an object from a stream to its end.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <param name="limits">What reading it may cost; null for the usual limits.</param>
    /// <exception cref="BpfFormatException">The bytes are no BPF object, or more than allowed.</exception>
    public static BpfObjectSpec Load(Stream stream, string name, ReadLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        limits ??= ReadLimits.Default;
        return TryRead(ObjectBytes.Read(stream, name, limits), name, limits, out BpfObjectSpec? spec, out Diagnostic? diagnostic) ? spec : throw new BpfFormatException(diagnostic);
    }

    /// <summary>Reads an object from memory.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <param name="limits">What reading it may cost; null for the usual limits.</param>
    /// <exception cref="BpfFormatException">The bytes are no BPF object, or more than allowed.</exception>
    public static BpfObjectSpec Load(ReadOnlySpan<byte> data, string name, ReadLimits? limits = null) =>
        TryLoad(data, name, limits, out BpfObjectSpec? spec, out Diagnostic? diagnostic) ? spec : throw new BpfFormatException(diagnostic);

    /// <summary>Reads an object file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="spec">The object, when it was one.</param>
    /// <param name="diagnostic">What was wrong, otherwise.</param>
    /// <returns>Whether the file is a BPF object.</returns>
    public static bool TryLoad(string path, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic) =>
        TryLoad(path, limits: null, out spec, out diagnostic);

    /// <summary>Reads an object file within limits.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What reading it may cost; null for the usual limits.</param>
    /// <param name="spec">The object, when it was one.</param>
    /// <param name="diagnostic">What was wrong, otherwise.</param>
    /// <returns>Whether the file is a BPF object.</returns>
    public static bool TryLoad(
        string path, ReadLimits? limits, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic)
    {
        ArgumentNullException.ThrowIfNull(path);
        limits ??= ReadLimits.Default;
        spec = null;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            return TryRead(ObjectBytes.Read(file, path, limits), Path.GetFileName(path), limits, out spec, out diagnostic);
        }
        catch (BpfFormatException tooLarge)
        {
            diagnostic = tooLarge.Diagnostic;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            diagnostic = FormatDiagnostics.FileUnreadable.At(Fault.In(path), e.Message.TrimEnd('.'), "give the path of a .bpf.o file that may be read");
        }

        return false;
    }

    /// <summary>Reads an object from memory.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <param name="spec">The object, when it was one.</param>
    /// <param name="diagnostic">What was wrong, otherwise.</param>
    /// <returns>Whether the bytes are a BPF object.</returns>
    public static bool TryLoad(
        ReadOnlySpan<byte> data, string name, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic) =>
        TryLoad(data, name, limits: null, out spec, out diagnostic);

    /// <summary>Reads an object from memory within limits.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="name">Label for diagnostics.</param>
    /// <param name="limits">What reading it may cost; null for the usual limits.</param>
    /// <param name="spec">The object, when it was one.</param>
    /// <param name="diagnostic">What was wrong, otherwise.</param>
    /// <returns>Whether the bytes are a BPF object.</returns>
    public static bool TryLoad(
        ReadOnlySpan<byte> data, string name, ReadLimits? limits, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic)
    {
        ArgumentNullException.ThrowIfNull(name);
        limits ??= ReadLimits.Default;
        // Before the bytes are copied.
        if (data.Length > limits.FileBytes)
        {
            spec = null;
            diagnostic = ObjectBytes.TooLarge(name, limits);
            return false;
        }

        return TryRead(data.ToArray(), name, limits, out spec, out diagnostic);
    }

    // The one place where a reader's fault becomes a value.
    static bool TryRead(
        ReadOnlyMemory<byte> data, string name, ReadLimits limits, [NotNullWhen(true)] out BpfObjectSpec? spec, [NotNullWhen(false)] out Diagnostic? diagnostic)
    {
        try
        {
            spec = ObjectReader.Read(data, name, limits);
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
