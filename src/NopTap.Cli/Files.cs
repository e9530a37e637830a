// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Cli;

/// <summary>Reads and writes files, with diagnostics.</summary>
static class Files
{
    /// <summary>A whole file.</summary>
    /// <exception cref="BpfOperationException">It cannot be read.</exception>
    public static byte[] Read(string path, string hint)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (IsOfFile(e))
        {
            string reason = Directory.Exists(path) ? "it is a directory" : File.Exists(path) ? e.Message.TrimEnd('.') : "there is no such file";
            throw new BpfOperationException(CliDiagnostics.FileUnreadable.At(new DiagnosticPlace { File = path }, reason, hint), e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    /// <exception cref="BpfOperationException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> data)
    {
        try
        {
            File.WriteAllBytes(path, data);
        }
        catch (Exception e) when (IsOfFile(e))
        {
            throw new BpfOperationException(
                CliDiagnostics.FileUnwritable.At(new DiagnosticPlace { File = path }, e.Message.TrimEnd('.'), "give the path of a file that may be written"),
                e);
        }
    }

    static bool IsOfFile(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;
}
