// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.Cli.Running;

/// <summary>An object that was named on the command line.</summary>
/// <param name="Spec">What it holds.</param>
/// <param name="Bytes">The file.</param>
sealed record ObjectFile(BpfObjectSpec Spec, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="Isa.BpfException">It cannot be read or is no BPF object.</exception>
    public static ObjectFile Open(string path)
    {
        byte[] bytes = Files.Read(path, "give the path of a .bpf.o file that may be read");
        return new ObjectFile(BpfObjectSpec.Load(bytes, Path.GetFileName(path)), bytes);
    }
}
