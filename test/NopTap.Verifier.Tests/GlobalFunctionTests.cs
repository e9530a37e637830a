// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.TestKit.Kernel;

namespace NopTap.Verifier.Tests;

/// <summary>Global functions are verified once, from their prototypes; the kernel is asked about each program too.</summary>
public sealed class GlobalFunctionTests(ITestOutputHelper output)
{
    static readonly BpfObjectSpec s_refused = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "verifier", "global_functions.bpf.o"));

    public static TheoryData<string, string> Refused => new()
    {
        { "bounded_by_the_caller", VerifierDiagnostics.OutOfBounds.Id },
        { "null_not_tested", VerifierDiagnostics.MayBeNull.Id },
        { "memory_beyond_the_type", VerifierDiagnostics.OutOfBounds.Id },
        { "reservation_kept", VerifierDiagnostics.ReferenceLeak.Id },
        { "address_returned", VerifierDiagnostics.GlobalReturn.Id },
        { "result_is_any_number", VerifierDiagnostics.OutOfBounds.Id },
        { "packet_moved", VerifierDiagnostics.NotDereferenceable.Id },
        { "address_for_a_number", VerifierDiagnostics.GlobalArgument.Id },
        { "argument_not_written", VerifierDiagnostics.GlobalArgument.Id },
        { "modified_context", VerifierDiagnostics.GlobalArgument.Id },
        { "number_for_the_context", VerifierDiagnostics.GlobalArgument.Id },
        { "value_may_be_null", VerifierDiagnostics.GlobalArgument.Id },
        { "constant_memory", VerifierDiagnostics.GlobalArgument.Id },
        { "memory_too_small", VerifierDiagnostics.StackOutOfBounds.Id },
        { "packet_too_short", VerifierDiagnostics.PacketOutOfBounds.Id },
        { "context_for_memory", VerifierDiagnostics.GlobalArgument.Id },
        { "map_for_memory", VerifierDiagnostics.GlobalArgument.Id },
        { "number_for_memory", VerifierDiagnostics.GlobalArgument.Id },
        { "key_for_memory", VerifierDiagnostics.GlobalArgument.Id },
        { "returns_void", VerifierDiagnostics.GlobalPrototype.Id },
        { "returns_a_pointer", VerifierDiagnostics.GlobalPrototype.Id },
        { "void_pointer", VerifierDiagnostics.GlobalPrototype.Id },
        { "incomplete_type", VerifierDiagnostics.GlobalPrototype.Id },
        { "unknown_tag", VerifierDiagnostics.GlobalPrototype.Id },
        { "tag_on_a_number", VerifierDiagnostics.GlobalPrototype.Id },
        { "two_tags", VerifierDiagnostics.GlobalPrototype.Id },
        { "context_of_another_type", VerifierDiagnostics.GlobalPrototype.Id },
        { "nullable_memory", VerifierDiagnostics.GlobalPrototype.Id },
        { "global_callback", VerifierDiagnostics.GlobalCallback.Id },
    };

    // What the kernel takes, though the function then reads address 0, a packet that has moved, memory that is not aligned, or writes
    // where its programs only read.
    public static TheoryData<string, string> RefusedHereAlone => new()
    {
        { "null_constant", VerifierDiagnostics.GlobalArgument.Id },
        { "packet_moved_inside", VerifierDiagnostics.GlobalArgument.Id },
        { "atomic_in_the_packet", VerifierDiagnostics.GlobalArgument.Id },
        { "atomic_in_packed_memory", VerifierDiagnostics.BadAtomic.Id },
        { "constant_packet", VerifierDiagnostics.GlobalArgument.Id },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void RefusesAndSoDoesTheKernel(string program, string want)
    {
        Assert.Equal(want, Verify(program).Rejection?.Id);
        if (KernelOracle.Unavailable is null)
            Assert.False(AskKernel(program).IsAccepted);
    }

    [Theory]
    [MemberData(nameof(RefusedHereAlone))]
    public void RefusesWhereTheKernelIsLenient(string program, string want)
    {
        Assert.Equal(want, Verify(program).Rejection?.Id);
        if (KernelOracle.Unavailable is null)
            Assert.Equal("", AskKernel(program) is { IsAccepted: false } verdict ? verdict.Reason : "");
    }

    [Fact]
    public void EveryProgramOfTheRefusedOnesIsListed()
    {
        IEnumerable<string> listed = Refused.Concat(RefusedHereAlone).Select(static row => row.Data.Item1);
        Assert.Equal(s_refused.Programs.Select(static program => program.Name).Order(), listed.Order());
    }

    // r1 the context, r2 a number, r3 memory, at a site with one argument.
    [Theory]
    [InlineData(Register.R1, ProbeArgumentKind.Context, true)]
    [InlineData(Register.R1, ProbeArgumentKind.Pointer, true)]
    [InlineData(Register.R1, ProbeArgumentKind.Integer, false)]
    [InlineData(Register.R2, ProbeArgumentKind.Integer, true)]
    [InlineData(Register.R2, ProbeArgumentKind.Context, false)]
    [InlineData(Register.R3, ProbeArgumentKind.Pointer, true)]
    [InlineData(Register.R3, ProbeArgumentKind.Context, false)]
    [InlineData(Register.R3, ProbeArgumentKind.Integer, false)]
    public void AtASiteArgumentsHaveTheirDeclaredTypes(Register register, ProbeArgumentKind declared, bool accepted)
    {
        ProbeSpec probe = Asm.Probe("p", [new ProbeParameter(null, "declared", 0, declared, 8, false)], new ProbeSiteSpec(6, [Asm.In(register)]));
        VerificationResult result = ProgramVerifier.Verify(Global("r2 = 0\nr3 = r10\nr3 += -8\ncall fn_a\nr0 = 0\nexit\nfn_a:\ngoto +0\nr0 = 0\nexit", probe));
        Assert.Equal(accepted ? null : VerifierDiagnostics.ProbeArgumentType.Id, result.Rejection?.Id);
    }

    [Fact]
    public void TheValuesOfTheCallsAreNotKnownInside()
    {
        const string text = "r2 = 1\nr3 = r10\nr3 += -8\ncall fn_a\nr0 = 0\nexit\nfn_a:\nif r2 == 1 goto +1\nr0 = *(u64 *)(r2 + 0)\nr0 = 0\nexit";
        VerificationRequest separate = Global(text);
        Assert.Equal(VerifierDiagnostics.NotDereferenceable.Id, ProgramVerifier.Verify(separate).Rejection?.Id);
        Assert.True(ProgramVerifier.Verify(Asm.Request(text)).IsAccepted);
    }

    [Fact]
    public void ManyArgumentsAndAggregatesAreRefused()
    {
        const string text = "r2 = 1\nr3 = 0\ncall fn_a\nr0 = 0\nexit\nfn_a:\nr0 = 0\nexit";
        FunctionParameter number = new("", "int", FunctionParameterKind.Number, 0, ParameterTags.None);
        foreach (ImmutableArray<FunctionParameter> parameters in (ImmutableArray<FunctionParameter>[])
            [[number, number, number, number, number, number], [number with { Kind = FunctionParameterKind.Other }], [number with { Kind = FunctionParameterKind.Dynptr }]])
        {
            VerificationRequest request = WithPrototype(Asm.Request(text), new FunctionPrototype("int", true, parameters));
            Assert.Equal(VerifierDiagnostics.GlobalPrototype.Id, ProgramVerifier.Verify(request).Rejection?.Id);
        }
    }

    static VerificationRequest Global(string text, params ProbeSpec[] probes) => WithPrototype(Asm.Request(text, [.. probes]), new FunctionPrototype("int", true,
    [
        new("ctx", "struct xdp_md *", FunctionParameterKind.Context, 0, ParameterTags.None),
        new("number", "long", FunctionParameterKind.Number, 0, ParameterTags.None),
        new("memory", "long *", FunctionParameterKind.Memory, 8, ParameterTags.NonNull),
    ]));

    static VerificationRequest WithPrototype(VerificationRequest request, FunctionPrototype prototype) => request with
    {
        Program = request.Program with { Functions = request.Program.Functions.SetItem(1, request.Program.Functions[1] with { IsGlobal = true, Prototype = prototype }) },
    };

    VerificationResult Verify(string name)
    {
        ProgramSpec program = s_refused.Programs.Single(program => program.Name == name);
        VerificationResult result = ProgramVerifier.Verify(new VerificationRequest
        {
            Program = program,
            Maps = s_refused.Maps,
            Helpers = Asm.Helpers,
            Context = Layouts.Of(program.Type) ?? Layouts.SkBuff,
        });
        output.WriteLine(result.Explanation?.ToString() ?? "");
        return result;
    }

    KernelVerdict AskKernel(string name)
    {
        using var oracle = new KernelOracle(s_refused.Maps);
        KernelVerdict verdict = oracle.Load(s_refused.Programs.Single(program => program.Name == name), log: true);
        output.WriteLine(verdict.Reason);
        return verdict;
    }
}
