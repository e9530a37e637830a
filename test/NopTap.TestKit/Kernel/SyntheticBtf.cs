// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Formats;

namespace NopTap.TestKit.Kernel;

/// <summary>The least type information with which the kernel takes functions: a static <c>int name(void)</c> for each, or the prototype it has.</summary>
static class SyntheticBtf
{
    const int Int = 1;
    const int Pointer = 2;
    const int Array = 3;
    const int Struct = 4;
    const int Func = 12;
    const int FuncProto = 13;
    const int DeclTag = 17;

    // Types of every section, by id.
    const int IntType = 1;
    const int NoArguments = 2;
    const int ContextPointer = 6;
    const int CharType = 4;
    const int FirstFunction = 7;

    /// <summary>Type id of the first function; the others follow.</summary>
    public const int FirstFunctionId = FirstFunction;

    /// <summary>A .BTF section for programs whose context is <c>struct xdp_md</c>.</summary>
    public static byte[] Build(IReadOnlyList<FunctionSpec> functions)
    {
        var strings = new List<byte> { 0 };
        var types = new List<byte>();
        Add(types, Name(strings, "int"), Int << 24, 4, (1 << 24) | 32);
        Add(types, 0, FuncProto << 24, IntType);
        Add(types, Name(strings, "long"), Int << 24, 8, (1 << 24) | 64);
        Add(types, Name(strings, "char"), Int << 24, 1, (1 << 24) | 8);
        Add(types, Name(strings, "xdp_md"), Struct << 24, 24);
        Add(types, 0, Pointer << 24, ContextPointer - 1);
        var prototypes = new List<byte>();
        int next = FirstFunction + functions.Count;
        for (int i = 0; i < functions.Count; i++)
        {
            int prototype = functions[i].Prototype is { } declared ? Prototype(strings, prototypes, declared, FirstFunction + i, ref next) : NoArguments;
            Add(types, Name(strings, $"f{i}"), (Func << 24) | (prototype == NoArguments ? 0 : 1), prototype);
        }

        types.AddRange(prototypes);
        var section = new List<byte>();
        Add(section, unchecked((int)0x0001_eb9f), 24, 0, types.Count, types.Count, strings.Count);
        section.AddRange(types);
        section.AddRange(strings);
        return [.. section];
    }

    // Memory is an array of bytes; the prototype's id comes before those of what it needs.
    static int Prototype(List<byte> strings, List<byte> types, FunctionPrototype prototype, int function, ref int next)
    {
        int id = next++;
        var needed = new List<byte>();
        Add(types, 0, (FuncProto << 24) | prototype.Parameters.Length, IntType);
        for (int i = 0; i < prototype.Parameters.Length; i++)
        {
            FunctionParameter parameter = prototype.Parameters[i];
            int type = parameter.Kind == FunctionParameterKind.Context ? ContextPointer : 3;
            if (parameter.Kind == FunctionParameterKind.Memory)
            {
                Add(needed, 0, Array << 24, 0, CharType, IntType, (int)parameter.Size);
                Add(needed, 0, Pointer << 24, next++);
                type = next++;
            }

            Add(types, Name(strings, $"p{i}"), type);
            if ((parameter.Tags & ParameterTags.NonNull) == 0)
                continue;
            Add(needed, Name(strings, "arg:nonnull"), DeclTag << 24, function, i);
            next++;
        }

        types.AddRange(needed);
        return id;
    }

    static int Name(List<byte> strings, string name)
    {
        int offset = strings.Count;
        strings.AddRange(Encoding.ASCII.GetBytes(name));
        strings.Add(0);
        return offset;
    }

    static void Add(List<byte> target, params ReadOnlySpan<int> words)
    {
        Span<byte> word = stackalloc byte[4];
        foreach (int value in words)
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, value);
            target.AddRange(word);
        }
    }
}
