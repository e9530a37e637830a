// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Formats;

namespace NopTap.TestKit.Kernel;

/// <summary>The least type information with which the kernel takes callbacks: a static <c>int name(void)</c> for each function.</summary>
static class SyntheticBtf
{
    const int Int = 1;
    const int FuncProto = 13;
    const int Func = 12;

    /// <summary>A .BTF section; function <c>i</c> has type id <c>3 + i</c>.</summary>
    public static byte[] Build(IReadOnlyList<FunctionSpec> functions)
    {
        var strings = new List<byte> { 0 };
        var types = new List<byte>();
        Add(types, Name(strings, "int"), Int << 24, 4, (1 << 24) | 32);
        Add(types, 0, FuncProto << 24, 1);
        for (int i = 0; i < functions.Count; i++)
            Add(types, Name(strings, $"f{i}"), Func << 24, 2);
        var section = new List<byte>();
        Add(section, unchecked((int)0x0001_eb9f), 24, 0, types.Count, types.Count, strings.Count);
        section.AddRange(types);
        section.AddRange(strings);
        return [.. section];
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
