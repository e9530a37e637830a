// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Formats;

namespace NopTap.TestKit.Kernel;

/// <summary>The least type information with which the kernel knows the spin lock in a map's values.</summary>
static class LockedValueBtf
{
    /// <summary>Type id of the value.</summary>
    public const int Value = 7;

    const int Int = 1;
    const int Byte = 2;
    const int KeyBytes = 3;
    const int Lock = 4;
    const int Before = 5;
    const int Behind = 6;
    const int KindInt = 1 << 24;
    const int KindArray = 3 << 24;
    const int KindStruct = 4 << 24;

    /// <summary>Type id of the key.</summary>
    public static int KeyOf(MapSpec map) => map.KeySize == 4 ? Int : KeyBytes;

    /// <summary>A .BTF section with a structure of the map's value size and a lock in its place.</summary>
    public static byte[] Build(MapSpec map)
    {
        int at = map.SpinLockOffset ?? throw new ArgumentException("no lock", nameof(map));
        int rest = (int)map.ValueSize - at - 4;
        var strings = new List<byte> { 0 };
        var types = new List<int>();
        types.AddRange([Name(strings, "int"), KindInt, 4, 32]);
        types.AddRange([Name(strings, "char"), KindInt, 1, 8]);
        AddArray(types, (int)map.KeySize);
        types.AddRange([Name(strings, "bpf_spin_lock"), KindStruct | 1, 4, Name(strings, "val"), Int, 0]);
        AddArray(types, at);
        AddArray(types, rest);
        types.AddRange([Name(strings, "value"), KindStruct | (1 + (at > 0 ? 1 : 0) + (rest > 0 ? 1 : 0)), (int)map.ValueSize]);
        if (at > 0)
            types.AddRange([Name(strings, "before"), Before, 0]);
        types.AddRange([Name(strings, "lock"), Lock, at * 8]);
        if (rest > 0)
            types.AddRange([Name(strings, "behind"), Behind, (at + 4) * 8]);
        return Section(types, strings);
    }

    static void AddArray(List<int> types, int length) => types.AddRange([0, KindArray, 0, Byte, Int, length]);

    static byte[] Section(List<int> types, List<byte> strings)
    {
        int[] head = [unchecked((int)0x0001_eb9f), 24, 0, types.Count * 4, types.Count * 4, strings.Count];
        byte[] section = new byte[((head.Length + types.Count) * 4) + strings.Count];
        int offset = 0;
        foreach (int word in (IEnumerable<int>)[.. head, .. types])
        {
            BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(offset), word);
            offset += 4;
        }

        strings.CopyTo(section, offset);
        return section;
    }

    static int Name(List<byte> strings, string name)
    {
        int offset = strings.Count;
        strings.AddRange(Encoding.ASCII.GetBytes(name));
        strings.Add(0);
        return offset;
    }
}
