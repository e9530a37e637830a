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
    public static ObjectFile Open(string path) => Open(path, null, null);

    /// <summary>Reads it and gives programs a type.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">As for <see cref="ProgramTypeNames.Set"/>.</param>
    /// <param name="program">The program that is meant, or null.</param>
    /// <exception cref="Isa.BpfException">It cannot be read or is no BPF object.</exception>
    public static ObjectFile Open(string path, string? type, string? program)
    {
        byte[] bytes = Files.Read(path, "give the path of a .bpf.o file that may be read");
        return new ObjectFile(ProgramTypeNames.Set(BpfObjectSpec.Load(bytes, Path.GetFileName(path)), type, program), bytes);
    }
}
