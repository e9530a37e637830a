// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats.Btf;

namespace NopTap.Formats.Sdt;

/// <summary>What a declared parameter, of a probe or of a function, is to an observer.</summary>
static class ParameterTypes
{
    /// <summary>Describes one parameter.</summary>
    /// <param name="btf">Types of the object.</param>
    /// <param name="type">Its type.</param>
    /// <param name="name">Its name, or null.</param>
    /// <param name="context">Structure of the program's context; empty when unknown.</param>
    internal static ProbeParameter Describe(BtfTypes btf, int type, string? name, string context)
    {
        BtfType bare = btf.SkipModifiers(type);
        ProbeArgumentKind kind = bare is not BtfPointer ? ProbeArgumentKind.Integer
            : context.Length != 0 && ContextTypes.IsPointerTo(btf, type, context) ? ProbeArgumentKind.Context
            : ProbeArgumentKind.Pointer;
        bool isSigned = bare is BtfInt { IsSigned: true } or BtfEnum { IsSigned: true };
        return new ProbeParameter(name, btf.Print(type), type, kind, (int)btf.SizeOf(type), isSigned);
    }

    /// <summary>Parameters of a function, or null when they are unknown, more than five, or not numbers and pointers of at most 8 bytes.</summary>
    internal static ImmutableArray<ProbeParameter>? OfFunction(ProgramSpec program, FunctionSpec function)
    {
        const int Most = 5;
        if (program.Btf is not { } btf || function is not { BtfTypeId: > 0 } || function.BtfTypeId >= btf.Count || btf.TypeById(function.BtfTypeId) is not BtfFunc type
            || btf.TypeById(type.TypeId) is not BtfFuncProto { Parameters.Length: <= Most } prototype)
            return null;
        string context = ContextTypes.NameFor(program) ?? "";
        var parameters = ImmutableArray.CreateBuilder<ProbeParameter>(prototype.Parameters.Length);
        for (int i = 0; i < prototype.Parameters.Length; i++)
        {
            BtfParameter parameter = prototype.Parameters[i];
            if (parameter.TypeId == 0 || btf.SkipModifiers(parameter.TypeId) is not (BtfPointer or BtfInt or BtfEnum)
                || btf.SizeOf(parameter.TypeId) is not (1 or 2 or 4 or 8))
                return null;
            ProbeParameter described = Describe(btf, parameter.TypeId, parameter.Name.Length == 0 ? null : parameter.Name, context);
            if (described.Kind == ProbeArgumentKind.Context && !IsProvedContext(function, i))
                described = described with { Kind = ProbeArgumentKind.Pointer };
            parameters.Add(described);
        }

        return parameters.MoveToImmutable();
    }

    // A static function's types are what BTF says, and no verifier holds its callers to them: what such a function is handed as a context may
    // be any number, and an observer's helpers would believe it. The entry gets the context, and calls of global functions are held to it.
    static bool IsProvedContext(FunctionSpec function, int parameter) => function.Start == 0
        ? parameter == 0
        : function is { IsGlobal: true, Prototype.Parameters: { IsDefault: false } declared } && parameter < declared.Length && declared[parameter].Kind == FunctionParameterKind.Context;
}
