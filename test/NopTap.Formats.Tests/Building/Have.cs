// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.TestKit;

namespace NopTap.Formats.Tests.Building;

/// <summary>Objects to read, and what must come of reading them.</summary>
static class Have
{
    public static string Path(string name) => Repository.PathOf(["test", "corpus", .. name.Split('/')]);

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    public static BpfObjectSpec Corpus(string name) => BpfObjectSpec.Load(Path(name));

    /// <summary>Every committed object.</summary>
    public static string[] AllObjects() =>
    [
        .. Directory.GetFiles(Repository.PathOf("test", "corpus"), "*.bpf.o", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
        .. Directory.GetFiles(Repository.PathOf("samples"), "*.bpf.o", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
    ];

    public static ProgramSpec Program(this BpfObjectSpec spec, string name) => Assert.Single(spec.Programs, p => p.Name == name);

    public static MapSpec Map(this BpfObjectSpec spec, string name) => Assert.Single(spec.Maps, m => m.Name == name);

    public static ProbeSpec Probe(this ProgramSpec program, string name) => Assert.Single(program.Probes, p => p.Name == name);

    /// <summary>The bytes are refused, by this diagnostic and with this text in it.</summary>
    public static Diagnostic Refused(DiagnosticDescriptor want, byte[] bytes, string text = "")
    {
        bool loaded = BpfObjectSpec.TryLoad(bytes, "object", out BpfObjectSpec? spec, out Diagnostic? diagnostic);
        Assert.False(loaded, $"accepted, but {want.Id} ({want.Title}) was due");
        Assert.Null(spec);
        Assert.NotNull(diagnostic);
        Assert.True(want.Id == diagnostic.Id, $"{want.Id} ({want.Title}) was due: {diagnostic}");
        Assert.Contains(text, diagnostic.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(diagnostic.Hint);
        return diagnostic;
    }

    public static BpfObjectSpec Accepted(byte[] bytes)
    {
        bool loaded = BpfObjectSpec.TryLoad(bytes, "object", out BpfObjectSpec? spec, out Diagnostic? diagnostic);
        Assert.True(loaded, diagnostic?.ToString());
        return spec!;
    }
}
