// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Tests.Contexts;

/// <summary>
/// What an observer may do with its arguments, which the prototype of the observed function types. The kernel is not asked: where
/// other programs may be loaded it may still refuse those of type tracing.
/// </summary>
public sealed class ObserverTypingTests
{
    static readonly BpfObjectSpec s_targets = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "global_functions.bpf.o"));

    // observed(struct xdp_md *ctx, struct totals *totals, int length); sum(five *numbers, int **other); mix(int, _Bool, char, enum, enum).
    public static TheoryData<string, string, bool, string?> Observers => new()
    {
        { "observed", "r0 = *(u64 *)(r1 + 16)\nr0 = 0\nexit", false, null },
        { "observed", "r0 = *(u32 *)(r1 + 16)\nr0 = 0\nexit", false, null },
        { "observed", "r0 = *(u8 *)(r1 + 16)\nr0 = 0\nexit", false, null },
        { "observed", "r2 = *(u64 *)(r1 + 0)\nr0 = 0\nexit", false, null },
        { "mix", "r0 = *(u64 *)(r1 + 32)\nr0 = *(u64 *)(r1 + 8)\nr0 = 0\nexit", false, null },
        { "sum", "r2 = *(u64 *)(r1 + 0)\nr2 += 8\nr2 *= 3\nr0 = 0\nexit", false, null }, // an address of numbers is a number
        { "observed", "r0 = *(u64 *)(r1 + 24)\nr0 = 0\nexit", true, null }, // the result
        { "observed", "r0 = *(u64 *)(r1 + 24)\nr0 = 0\nexit", false, "BPF2023" },
        { "observed", "r0 = *(u64 *)(r1 + 32)\nr0 = 0\nexit", true, "BPF2023" },
        { "observed", "r0 = *(u32 *)(r1 + 20)\nr0 = 0\nexit", false, null }, // the upper half of a number
        { "observed", "r2 = *(u64 *)(r1 + 8)\nr0 = 0\nexit", false, null }, // a pointer to a structure: a number that probe_read_kernel may try
        { "observed", "r2 = *(u64 *)(r1 + 8)\nr0 = *(u64 *)(r2 + 0)\nr0 = 0\nexit", false, "BPF2028" },
        { "observed", "r2 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r2 + 0)\nr0 = 0\nexit", false, "BPF2028" }, // the observed context is for helpers
        { "observed", "r0 = *(u64 *)(r1 + 12)\nr0 = 0\nexit", false, "BPF2024" },
        { "observed", "r0 = *(u32 *)(r1 + 0)\nr0 = 0\nexit", false, "BPF2024" }, // half of an address
        { "observed", "r2 = 0\n*(u64 *)(r1 + 16) = r2\nr0 = 0\nexit", false, "BPF2025" },
        { "sum", "r2 = *(u64 *)(r1 + 0)\nr0 = *(u32 *)(r2 + 0)\nr0 = 0\nexit", false, "BPF2028" },
        { "observed", "r2 = *(u64 *)(r1 + 16)\nr0 = *(u32 *)(r2 + 0)\nr0 = 0\nexit", false, "BPF2028" },
        { "observed", "r2 = *(u64 *)(r1 + 0)\n*(u64 *)(r2 + 0) = 1\nr0 = 0\nexit", false, "BPF2028" }, // the observed context
        { "observed", "r0 = *(u64 *)(r1 + 16)\nexit", false, "BPF2040" },
    };

    [Theory]
    [MemberData(nameof(Observers))]
    public void TypesArgumentsByThePrototype(string function, string text, bool atExit, string? want) =>
        Assert.Equal(want, Verify(function, text, atExit).Rejection?.Id);

    static (ProgramSpec Program, FunctionSpec Function) Target(string name)
    {
        ProgramSpec program = s_targets.Programs.First(program => program.Functions.Any(function => function.Name == name));
        return (program, program.Functions.First(function => function.Name == name));
    }

    static ProgramSpec Observer(string text, bool atExit)
    {
        ImmutableArray<Instruction> code = Assembler.ParseProgram(text).Instructions;
        return new ProgramSpec
        {
            Name = "observer",
            SectionName = "fentry",
            Type = ProgramType.Tracing,
            AttachType = atExit ? AttachType.TraceFexit : AttachType.TraceFentry,
            License = "GPL",
            Instructions = code,
            Functions = [new FunctionSpec("observer", 0, code.Length, false, 0)],
        };
    }

    static VerificationResult Verify(string function, string text, bool atExit)
    {
        (ProgramSpec target, FunctionSpec observed) = Target(function);
        return ProgramVerifier.Verify(new VerificationRequest
        {
            Program = Observer(text, atExit),
            Helpers = FrozenDictionary<int, HelperSignature>.Empty,
            Context = ObserverLayout.For(target.ParametersOf(observed)!.Value, atExit),
            ReturnRange = (0, 0),
        });
    }
}
