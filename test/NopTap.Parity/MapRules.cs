// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Parity;

/// <summary>What an object leaves to the program that loads it, done the same way on both sides.</summary>
static class MapRules
{
    /// <summary>Capacity of a map that declares none; 0 where there is to be none, or the loader knows it.</summary>
    public static uint DefaultCapacity(uint type) => (MapType)type switch
    {
        MapType.Ringbuf or MapType.UserRingbuf => 4096,
        MapType.SkStorage or MapType.TaskStorage or MapType.InodeStorage or MapType.CgrpStorage => 0,
        MapType.CgroupStorage or MapType.PercpuCgroupStorage or MapType.PerfEventArray => 0,
        _ => 1,
    };
}
