// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity;

/// <summary>The programs of all objects under some paths that are of wanted types.</summary>
/// <param name="paths">Objects, and folders that hold some.</param>
/// <param name="types">Program types.</param>
sealed class ObjectSet(IReadOnlyList<string> paths, IReadOnlySet<ProgramType> types)
{
    /// <summary>Objects that libbpf does not open, each with its complaint: nothing is compared there.</summary>
    public List<(string File, string Complaint)> Unopened { get; } = [];

    /// <summary>All programs, object by object.</summary>
    public IEnumerable<(string Path, OurObject Ours, KernelProgram Program)> Programs()
    {
        foreach (string path in paths.SelectMany(Files))
        {
            if (KernelObject.List(path, out string complaint) is not { } programs)
            {
                Unopened.Add((Path.GetFileName(path), complaint));
                continue;
            }

            var ours = OurObject.Open(path);
            foreach (KernelProgram program in programs)
            {
                KernelProgram typed = Typed(program, ours);
                if (types.Contains((ProgramType)typed.Type))
                    yield return (path, ours, typed);
            }
        }
    }

    // Sections that only one side knows have the type that it tells.
    static KernelProgram Typed(KernelProgram program, OurObject ours) =>
        program.Type == 0 && ours.Find(program.Name) is ProgramSpec known
            ? program with { Type = (int)known.Type, AttachType = (int)known.AttachType }
            : program;

    static IEnumerable<string> Files(string path) =>
        Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.o", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : [path];
}
