// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Parity.Suite;

/// <summary>The parts of a kernel's source that hold its verifier tests: a folder, or a tar that is unpacked into a temporary one.</summary>
sealed class SourceTree : IDisposable
{
    static readonly string[] s_parts =
        ["*/tools/testing/selftests/bpf/*", "*/tools/lib/bpf/*", "*/tools/include/*", "*/scripts/bpf_doc.py"];

    SourceTree(string root, string work, string name)
    {
        Root = root;
        Work = work;
        Name = name;
    }

    /// <summary>Root of the source.</summary>
    public string Root { get; }

    /// <summary>Temporary folder for what is made of it.</summary>
    public string Work { get; }

    /// <summary>What it is called in reports.</summary>
    public string Name { get; }

    /// <summary>The folder of the BPF tests.</summary>
    public string Tests => Path.Combine(Root, "tools/testing/selftests/bpf");

    /// <summary>Opens a source.</summary>
    /// <param name="path">Root of an unpacked kernel source, or a tar of one.</param>
    /// <exception cref="InvalidOperationException">It holds no BPF tests.</exception>
    public static SourceTree Open(string path)
    {
        string work = Directory.CreateTempSubdirectory("noptap-kernel-suite-").FullName;
        string root = Path.GetFullPath(path);
        if (File.Exists(path))
        {
            root = Path.Combine(work, "source");
            Directory.CreateDirectory(root);
            Tool.Must("tar", ["-xf", path, "-C", root, "--strip-components=1", "--wildcards", .. s_parts]);
        }

        string name = Path.GetFileName(path.TrimEnd('/'));
        int tar = name.IndexOf(".tar", StringComparison.Ordinal);
        var tree = new SourceTree(root, work, tar < 0 ? name : name[..tar]);
        if (Directory.Exists(tree.Tests))
            return tree;
        tree.Dispose();
        throw new InvalidOperationException($"{path} holds no tools/testing/selftests/bpf; give the root of a kernel source, or Debian's linux-source-*.tar.xz");
    }

    /// <summary>Removes the temporary folder.</summary>
    public void Dispose() => Directory.Delete(Work, recursive: true);
}
