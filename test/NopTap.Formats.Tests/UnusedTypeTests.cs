// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Btf;
using NopTap.Formats.Tests.Building;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using static NopTap.Formats.Tests.Building.ElfBuilder;

namespace NopTap.Formats.Tests;

/// <summary>Types that nothing uses: of each kind and flavour one is appended, and what the kernel takes is read here too.</summary>
public sealed class UnusedTypeTests
{
    // Type 1 is an int, 2 a structure, 3 a prototype, 4 a function, 5 a pointer to the structure, 6 a variable; 7 is appended, 8 stands behind it.
    const uint Self = 7;
    const uint Next = 8;

    static readonly uint[] s_types = [0, 1, 2, 3, 4, 5, 6, Self, Next];

    public static TheoryData<uint> Kinds => [.. Enumerable.Range(0, 21).Select(kind => (uint)kind)];

    static byte[] With(uint kind, string name, uint operand, int count, bool flag, byte[] rest, bool pointed)
    {
        var btf = new BtfBuilder();
        int number = btf.Int("int", 4);
        int structure = btf.Struct("s", 4, ("m", number, 0));
        int prototype = btf.Proto(number);
        _ = btf.Func("f", prototype, 0);
        _ = btf.Pointer(structure);
        _ = btf.Var("v", number);
        int appended = btf.Raw(kind, name, operand, count, flag, rest);
        _ = btf.Pointer(pointed ? appended : number);
        return btf.Build();
    }

    // What stands behind the head of a type, entry by entry.
    static IEnumerable<byte[]> Entries(uint kind) => kind switch
    {
        1 => from encoding in (uint[])[0, 1, 2, 4] from bits in (uint[])[1, 7, 8, 32, 64, 128] select U32((encoding << 24) | bits),
        3 => from element in s_types from index in (uint[])[0, 1, 2] from length in (uint[])[0, 3] select Join(U32(element), U32(index), U32(length)),
        4 or 5 => from type in s_types from offset in (uint[])[0, 3, 32, (4u << 24) | 3] select Join(U32(0), U32(type), U32(offset)),
        6 => [Join(U32(1), U32(uint.MaxValue))],
        13 => from name in (uint[])[0, 1] from type in s_types select Join(U32(name), U32(type)),
        14 => from linkage in (uint[])[0, 1, 2, 3] select U32(linkage),
        15 => from type in s_types from size in (uint[])[0, 4] select Join(U32(type), U32(0), U32(size)),
        17 => from component in (uint[])[uint.MaxValue, 0, 1] select U32(component),
        19 => [Join(U32(1), U32(1), U32(2))],
        _ => [[]],
    };

    static bool HasEntries(uint kind) => kind is 4 or 5 or 6 or 13 or 15 or 19;

    static IEnumerable<byte[]> Flavours(uint kind) =>
        from name in (string[])["", "int", "odd", ".odd"]
        from operand in s_types.Append(12u).Append(16u)
        from entry in Entries(kind)
        from count in (int[])[0, 1, 2]
        from flag in (bool[])[false, true]
        from pointed in (bool[])[false, true]
        select With(kind, name, operand, count, flag, HasEntries(kind) ? [.. Enumerable.Repeat(entry, count).SelectMany(part => part)] : entry, pointed);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatTheKernelTakesIsRead(uint kind)
    {
        if (KernelOracle.Unavailable is string reason)
            Assert.Skip(reason);
        int taken = 0;
        foreach (byte[] section in Flavours(kind))
        {
            if (!KernelTypes.Accepts(section))
                continue;
            taken++;
            try
            {
                BtfTypes types = BtfTypes.Parse(section, "unused");
                // Nor does the type hurt who walks over all of them.
                foreach (BtfType type in types.All)
                    _ = (types.SizeOf(type.Id), types.Print(type.Id), types.SkipModifiers(type.Id));
            }
            catch (BpfFormatException refused)
            {
                Assert.Fail($"{Convert.ToHexString(section)}: {refused.Diagnostic}");
            }
        }

        Assert.True(taken > 0 == kind is > 0 and < 20, $"the kernel takes {taken}");
    }
}
