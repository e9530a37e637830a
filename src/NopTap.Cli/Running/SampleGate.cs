// SPDX-License-Identifier: Apache-2.0

using System.Security.Cryptography;
using NopTap.Isa;

namespace NopTap.Cli.Running;

/// <summary>
/// Keeps programs that are not proved safe from running, except those of the samples, which the project itself tries. To be removed
/// when verification proves everything.
/// </summary>
static class SampleGate
{
    static readonly Lazy<HashSet<string>> s_samples = new(() => [.. Resources.Lines("samples.sha256").Select(line => line.ToLowerInvariant())]);

    /// <summary>Whether an object is one of the project's samples.</summary>
    public static bool IsSample(ObjectFile file) => s_samples.Value.Contains(Convert.ToHexStringLower(SHA256.HashData(file.Bytes.Span)));

    /// <summary>Lets a loaded object pass, or says what is not proved of it.</summary>
    /// <exception cref="BpfOperationException">It is not proved safe, no sample, and nobody vouches for it.</exception>
    public static void Check(ObjectFile file, BpfObject loaded, bool isVouchedFor)
    {
        if (isVouchedFor || IsSample(file))
            return;
        foreach (BpfProgram program in loaded.Programs)
        {
            if (program.NotChecked.IsEmpty)
                continue;
            throw new BpfOperationException(CliDiagnostics.NotProved.At(
                new DiagnosticPlace { File = file.Spec.Name, Program = program.Name },
                $"not proved safe, and it runs inside this process; not checked: {string.Join("; ", program.NotChecked.Select(Trim))}",
                "run it with --unverified if you trust it as you trust a program of your own"));
        }
    }

    static string Trim(string sentence) => sentence.TrimEnd('.');
}
