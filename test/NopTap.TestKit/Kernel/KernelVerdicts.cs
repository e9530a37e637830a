// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;

namespace NopTap.TestKit.Kernel;

/// <summary>Verdicts of the running kernel.</summary>
public static class KernelVerdicts
{
    /// <summary>Loads a program that uses no maps and runs it on packets.</summary>
    /// <param name="program">The program.</param>
    /// <param name="packets">Ethernet frames.</param>
    /// <returns>A verdict for each; null when the kernel does not take the program without its types.</returns>
    public static uint[]? Of(ProgramSpec program, IReadOnlyList<byte[]> packets)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(packets);
        int loaded = KernelBpf.Load(program.Instructions.AsSpan(), [], (uint)program.Type);
        if (loaded < 0)
            return null;
        try
        {
            var verdicts = new uint[packets.Count];
            for (int i = 0; i < verdicts.Length; i++)
            {
                int error = KernelBpf.TestRun(loaded, packets[i], out verdicts[i]);
                if (error < 0)
                    throw new InvalidOperationException($"bpf(2) gave error {-error}");
            }

            return verdicts;
        }
        finally
        {
            _ = KernelBpf.Close(loaded);
        }
    }
}
