// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Benchmarks.Harness;
using NopTap.Formats;
using NopTap.Verifier;

namespace NopTap.Benchmarks.Questions;

/// <summary>How long does it take to load the firewall: reading, verification, compilation?</summary>
internal static class CompileQuestion
{
    internal static IEnumerable<Comparison> Comparisons()
    {
        using var compiled = new Workbench();
        using var interpreted = new Workbench(BpfEngine.Interpreter);
        byte[] bytes = File.ReadAllBytes(Workbench.PathOf("firewall"));
        BpfObjectSpec spec = BpfObjectSpec.Load(bytes, "firewall.bpf.o");
        VerificationRequest request = RequestOf(compiled.Program("firewall", "firewall"));
        yield return new Comparison("compile: from the file's bytes to a program that runs", "a load",
        [
            Side("read the object", () => BpfObjectSpec.Load(bytes, "firewall.bpf.o")),
            Side("verify", () => ProgramVerifier.Verify(request).EnsureAccepted()),
            Side("maps, verify; unload", () => interpreted.Runtime.Load(spec).Dispose()),
            Side("maps, verify, compile, place; unload", () => compiled.Runtime.Load(spec).Dispose()),
            Side("all of it", () => compiled.Runtime.Load(BpfObjectSpec.Load(bytes, "firewall.bpf.o")).Dispose()),
        ]);
    }

    static Side Side(string name, Action action) =>
        new(name, calls =>
        {
            for (int i = 0; i < calls; i++)
                action();
        })
        {
            MayAllocate = true,
        };

    // As the loader asks for it.
    static VerificationRequest RequestOf(BpfProgram program) => new()
    {
        Program = program.Spec,
        Maps = [.. program.Maps.Select(map => map.Spec)],
        Helpers = program.Runtime.Helpers.For(program.Spec.Type).ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Signature),
        Context = program.TypeInfo.Context!,
        ReturnRange = program.TypeInfo.ReturnRange,
    };
}
