// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;

namespace NopTap.Formats.Tests;

public sealed class FunctionPrototypeTests
{
    static readonly BpfObjectSpec s_object = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "objects", "global_functions.bpf.o"));

    public static TheoryData<string, string, string, FunctionParameterKind, long, ParameterTags> Parameters => new()
    {
        { "mix", "b", "_Bool b", FunctionParameterKind.Number, 0, ParameterTags.None },
        { "mix", "d", "enum colour d", FunctionParameterKind.Number, 0, ParameterTags.None },
        { "mix", "e", "enum wide e", FunctionParameterKind.Number, 0, ParameterTags.None },
        { "length_of", "ctx", "struct xdp_md *ctx", FunctionParameterKind.Context, 0, ParameterTags.None },
        { "queue_of", "ctx", "void *ctx", FunctionParameterKind.Context, 0, ParameterTags.Context },
        { "add_up", "totals", "struct totals *totals", FunctionParameterKind.Memory, 16, ParameterTags.None },
        { "clear", "totals", "struct totals *totals", FunctionParameterKind.Memory, 16, ParameterTags.NonNull },
        { "sum", "numbers", "five *numbers", FunctionParameterKind.Memory, 20, ParameterTags.NonNull },
        { "sum", "other", "int **other", FunctionParameterKind.Memory, 8, ParameterTags.None },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void ReadsWhatAGlobalFunctionTakes(string function, string name, string text, FunctionParameterKind kind, long size, ParameterTags tags)
    {
        FunctionParameter parameter = Find(function).Prototype!.Parameters.Single(parameter => parameter.Name == name);
        Assert.Equal((text, kind, size, tags), (parameter.ToString(), parameter.Kind, parameter.Size, parameter.Tags));
    }

    [Fact]
    public void TellsNumbersFromOtherResults()
    {
        Assert.Equal(("__u64", true), (Find("scaled").Prototype!.ReturnType, Find("scaled").Prototype!.ReturnsNumber));
        BpfObjectSpec refused = BpfObjectSpec.Load(Repository.PathOf("test", "corpus", "verifier", "global_functions.bpf.o"));
        Assert.Equal(("void", false), Result(refused, "return_nothing"));
        Assert.Equal(("void *", false), Result(refused, "return_pointer"));
    }

    [Theory]
    [InlineData("hidden")] // libbpf makes hidden functions static
    [InlineData("checked")]
    [InlineData("numbers")] // an entry
    public void OthersHaveNone(string function)
    {
        Assert.False(Find(function).IsGlobal);
        Assert.Null(Find(function).Prototype);
    }

    static (string, bool) Result(BpfObjectSpec spec, string function)
    {
        FunctionPrototype prototype = Find(function, spec).Prototype!;
        return (prototype.ReturnType, prototype.ReturnsNumber);
    }

    static FunctionSpec Find(string name, BpfObjectSpec? spec = null) =>
        (spec ?? s_object).Programs.SelectMany(static program => program.Functions).First(function => function.Name == name);
}
