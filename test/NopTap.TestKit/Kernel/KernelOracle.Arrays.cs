// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.TestKit.Kernel;

// Program arrays: who may meet in one.
public sealed unsafe partial class KernelOracle
{
    /// <summary>Loads a program that calls through an array and puts others into it, one after the other.</summary>
    /// <param name="caller">It; its first map is the array. Null for an array that nobody calls.</param>
    /// <param name="entries">Programs for the first entry.</param>
    /// <returns>The error number of each update; that of the load where a program is not loaded at all.</returns>
    public int[] Meet(ProgramSpec? caller, params ReadOnlySpan<ProgramSpec> entries)
    {
        int array = Map(0);
        int calling = caller is null ? 0 : Open(caller, new byte[1], 0);
        var results = new int[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            int entry = calling < 0 ? calling : Open(entries[i], new byte[1], 0);
            results[i] = entry < 0
                ? -entry
                : KernelMaps.Access(KernelMapOperation.Update, array, BitConverter.GetBytes(0), BitConverter.GetBytes(entry));
            KernelMaps.Close(entry);
        }

        if (caller is not null)
            KernelMaps.Close(calling);
        return results;
    }
}
