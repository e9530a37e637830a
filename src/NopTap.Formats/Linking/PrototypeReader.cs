// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;
using NopTap.Formats.Sdt;
using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>Reads the prototypes of global functions out of the object's types.</summary>
static class PrototypeReader
{
    const string TagPrefix = "arg:";
    const string DynptrStructure = "bpf_dynptr";

    /// <summary>The function with its prototype, where it is global for BTF too.</summary>
    public static FunctionSpec Describe(ProgramSpec program, FunctionSpec function)
    {
        if (!function.IsGlobal || program.Btf is not { } btf || function.BtfTypeId == 0 || btf.TypeById(function.BtfTypeId) is not BtfFunc type
            || type.Linkage != BtfLinkage.Global || btf.TypeById(type.TypeId) is not BtfFuncProto prototype)
            return function;
        var parameters = ImmutableArray.CreateBuilder<FunctionParameter>(prototype.Parameters.Length);
        for (int i = 0; i < prototype.Parameters.Length; i++)
            parameters.Add(Parameter(program, btf, prototype.Parameters[i], Tags(btf, type, i)));
        string returns = prototype.ReturnTypeId == 0 ? "void" : btf.Print(prototype.ReturnTypeId);
        bool number = prototype.ReturnTypeId != 0 && IsNumber(btf.SkipModifiers(prototype.ReturnTypeId));
        return function with { Prototype = new FunctionPrototype(returns, number, parameters.MoveToImmutable()) };
    }

    static bool IsNumber(BtfType type) => type is BtfInt or BtfEnum;

    static ParameterTags Tags(BtfTypes btf, BtfFunc function, int parameter)
    {
        ParameterTags tags = ParameterTags.None;
        foreach (BtfDeclTag tag in btf.TagsOf(function.Id))
        {
            if (tag.ComponentIndex == parameter && tag.Name.StartsWith(TagPrefix, StringComparison.Ordinal))
                tags |= Tag(tag.Name[TagPrefix.Length..]);
        }

        return tags;
    }

    static ParameterTags Tag(string name) => name switch
    {
        "ctx" => ParameterTags.Context,
        "nonnull" => ParameterTags.NonNull,
        "nullable" => ParameterTags.Nullable,
        "trusted" => ParameterTags.Trusted,
        "untrusted" => ParameterTags.Untrusted,
        "arena" => ParameterTags.Arena,
        _ => ParameterTags.Unknown,
    };

    static FunctionParameter Parameter(ProgramSpec program, BtfTypes btf, BtfParameter parameter, ParameterTags tags)
    {
        if (parameter.TypeId == 0)
            return new FunctionParameter("", "...", FunctionParameterKind.Other, 0, tags);
        long size = 0;
        FunctionParameterKind kind = Kind(program, btf, parameter.TypeId, tags, ref size);
        return new FunctionParameter(parameter.Name, btf.Print(parameter.TypeId), kind, size, tags);
    }

    static FunctionParameterKind Kind(ProgramSpec program, BtfTypes btf, int typeId, ParameterTags tags, ref long size)
    {
        BtfType type = btf.SkipModifiers(typeId);
        if (type is not BtfPointer pointer)
            return IsNumber(type) ? FunctionParameterKind.Number : FunctionParameterKind.Other;
        BtfType target = btf.SkipModifiers(pointer.TypeId);
        if (IsContext(program, btf, typeId, target, tags))
            return FunctionParameterKind.Context;
        if (target is BtfStruct { Name: DynptrStructure } or BtfForward { Name: DynptrStructure })
            return FunctionParameterKind.Dynptr;
        size = Math.Max(0, btf.SizeOf(pointer.TypeId));
        return btf.SizeOf(pointer.TypeId) >= 0 ? FunctionParameterKind.Memory : FunctionParameterKind.UnsizedPointer;
    }

    // The tag makes a context of void * everywhere, and of u64 * where the context is an array of numbers.
    static bool IsContext(ProgramSpec program, BtfTypes btf, int typeId, BtfType target, ParameterTags tags)
    {
        if (ContextTypes.NameFor(program) is string name && ContextTypes.IsPointerTo(btf, typeId, name))
            return true;
        if ((tags & ParameterTags.Context) == 0)
            return false;
        bool numbers = program.Type is ProgramType.Tracing or ProgramType.RawTracepoint or ProgramType.RawTracepointWritable or ProgramType.Lsm;
        return target is BtfVoid || (numbers && target is BtfInt { Size: 8 });
    }
}
