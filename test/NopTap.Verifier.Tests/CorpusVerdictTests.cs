// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>The verifier's and the kernel's verdict on every program of every committed object.</summary>
public sealed class CorpusVerdictTests(ITestOutputHelper output)
{
    public static TheoryData<string> Objects()
    {
        var data = new TheoryData<string>();
        foreach (string folder in new[] { "samples", "test/corpus/objects" })
        {
            foreach (string path in Directory.EnumerateFiles(Repository.PathOf(folder), "*.bpf.o", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                data.Add(Path.GetRelativePath(Repository.Root, path));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void AgreesWithTheKernel(string path)
    {
        if (!BpfObjectSpec.TryLoad(Repository.PathOf(path), out BpfObjectSpec? spec, out Diagnostic? unreadable))
        {
            Assert.Skip($"object is refused before verification: {unreadable}");
            return;
        }

        var differences = new List<string>();
        using var oracle = new KernelOracle(spec.Maps);
        foreach (ProgramSpec program in spec.Programs)
        {
            if (Layouts.Of(program.Type) is not ContextLayout layout)
                continue;
            VerificationResult ours = ProgramVerifier.Verify(new VerificationRequest
            {
                Program = program,
                Maps = spec.Maps,
                Helpers = Asm.Helpers,
                Context = layout,
            });
            output.WriteLine($"{program.Name}: {(ours.IsAccepted ? "accepted" : ours.Explanation?.ToString() ?? ours.Rejection!.ToString())} {ours.Statistics}");
            // What is missing here may be there in a kernel.
            if (KernelOracle.Unavailable is not null || (!ours.IsAccepted && !program.Missing.IsEmpty))
                continue;
            KernelVerdict kernel = oracle.Load(program, log: true);
            if (kernel.NotAsked is null && kernel.IsAccepted != ours.IsAccepted)
                differences.Add($"{program.Name}: ours {ours.Rejection?.ToString() ?? "accepted"}; kernel {kernel.Errno} {kernel.Reason}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
