// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.Verifier.Exploration;

/// <summary>What one parameter of a global function stands for.</summary>
/// <param name="Kind">Number, Context or Memory; NotWritten when functions cannot take it (see <paramref name="Problem"/>).</param>
/// <param name="Size">Bytes of Memory.</param>
/// <param name="NotNull">Whether Memory is never null.</param>
/// <param name="Problem">Why functions cannot take it; null when they can.</param>
/// <param name="Mending">What to declare instead.</param>
readonly record struct ParameterRule(RegisterKind Kind, int Size, bool NotNull, string? Problem, string Mending)
{
    /// <summary>Widest access that is aligned at the start of the memory.</summary>
    public int Alignment => AlignmentOf(Size);

    /// <summary>Widest access that is aligned at the start of every object of a size.</summary>
    public static int AlignmentOf(int size) => size == 0 ? 8 : Math.Min(8, size & -size);

    public static ParameterRule Of(FunctionParameter parameter)
    {
        ParameterTags tags = parameter.Tags;
        if ((tags & ParameterTags.Unknown) != 0)
            return Bad("has an arg: tag that does not exist", "use the __arg_ tags of bpf_helpers.h");
        if (parameter.Kind is FunctionParameterKind.Number or FunctionParameterKind.Other && tags != ParameterTags.None)
            return Bad("has a tag for pointers but is none", "remove the tag");
        return parameter.Kind switch
        {
            FunctionParameterKind.Number => new(RegisterKind.Scalar, 0, false, null, ""),
            FunctionParameterKind.Other => Bad("is neither a number nor a pointer", "pass a pointer to it"),
            FunctionParameterKind.Context when (tags & ~ParameterTags.Context) != 0 => Bad("is the context, which takes no other tag", "leave only __arg_ctx, or no tag at all"),
            FunctionParameterKind.Context => new(RegisterKind.Context, 0, true, null, ""),
            FunctionParameterKind.Dynptr => Bad("is a dynptr, which global functions cannot take here", "make the function static"),
            _ when (tags & (ParameterTags.Trusted | ParameterTags.Untrusted)) != 0 => Bad("points to an object of a kernel, and there is none here", "pass a structure of the program's own"),
            _ when (tags & ParameterTags.Arena) != 0 => Bad("points into an arena, and there are none here", "pass memory of the program's own"),
            _ when (tags & ParameterTags.Context) != 0 => Bad("is tagged as the context but is no pointer to its structure", "declare it as a pointer to the context's structure, or as void *"),
            _ when (tags & ParameterTags.Nullable) != 0 => Bad("has the tag __arg_nullable, which is for objects of a kernel", "remove the tag: memory may be null unless it is __arg_nonnull"),
            FunctionParameterKind.UnsizedPointer => Bad("points to something of unknown size", "point to a complete type, tag the context __arg_ctx, or make the function static"),
            _ => new(RegisterKind.Memory, (int)Math.Min(parameter.Size, int.MaxValue), (tags & ParameterTags.NonNull) != 0, null, ""),
        };
    }

    static ParameterRule Bad(string problem, string mending) => new(RegisterKind.NotWritten, 0, false, problem, mending);
}
