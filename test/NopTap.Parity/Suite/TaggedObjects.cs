// SPDX-License-Identifier: Apache-2.0

using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity.Suite;

/// <summary>The tests of <c>progs/verifier_*.c</c>: BPF programs whose tags say what is expected of them, built with clang.</summary>
sealed class TaggedObjects(SourceTree source)
{
    const string TypesOfTheKernel = "/sys/kernel/btf/vmlinux";

    /// <summary>Sources that were not built, or that libbpf does not open, each with the first complaint.</summary>
    public List<(string File, string Complaint)> Unbuilt { get; } = [];

    /// <summary>All tests, file by file.</summary>
    public IEnumerable<TaggedCase> Cases()
    {
        string[] files = Directory.Exists(source.Tests + "/progs") ? Directory.GetFiles(source.Tests + "/progs", "verifier_*.c") : [];
        if (files.Length == 0)
            yield break;
        string headers = PrepareHeaders();
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            string target = Path.Combine(source.Work, Path.GetFileNameWithoutExtension(file) + ".bpf.o");
            string? complaint = Compile(file, target, headers, "v3");
            if (complaint is not null)
                complaint = Compile(file, target, headers, "v4");
            List<KernelProgram>? programs = complaint is null ? KernelObject.List(target, out complaint) : null;
            if (programs is null)
            {
                Unbuilt.Add((Path.GetFileName(file), FirstError(complaint!)));
                continue;
            }

            var ours = OurObject.Open(target);
            foreach (KernelProgram program in programs)
                yield return new TaggedCase(Path.GetFileName(file), target, ours, program);
        }
    }

    string PrepareHeaders()
    {
        string headers = Path.Combine(source.Work, "headers");
        Directory.CreateDirectory(headers);
        Directory.CreateSymbolicLink(headers + "/bpf", source.Root + "/tools/lib/bpf");
        Tool.Must("bpftool", ["btf", "dump", "file", TypesOfTheKernel, "format", "c"], headers + "/vmlinux.h");
        Tool.Must("python3", [source.Root + "/scripts/bpf_doc.py", "--header", "--file", source.Root + "/tools/include/uapi/linux/bpf.h"], headers + "/bpf_helper_defs.h");
        return headers;
    }

    string? Compile(string file, string target, string headers, string version) => Tool.Run("clang-19",
    [
        "-O2", "-g", "-target", "bpf", "-mcpu=" + version, "-mlittle-endian", "-D__TARGET_ARCH_x86", "-Wno-everything",
        "-I" + headers, "-I" + source.Tests, $"-I{source.Root}/tools/include/uapi", $"-I{source.Root}/tools/include",
        "-idirafter", "/usr/include/x86_64-linux-gnu", "-c", file, "-o", target,
    ]);

    static string FirstError(string complaint) =>
        complaint.Split('\n').FirstOrDefault(line => line.Contains("error:", StringComparison.Ordinal)) ?? complaint.Trim();
}
