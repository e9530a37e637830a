// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Fuzz.Results;

/// <summary>What comparing results came to.</summary>
public sealed class ResultsTally
{
    /// <summary>Programs that were run everywhere.</summary>
    public int Compared { get; set; }

    /// <summary>Their runs.</summary>
    public long Runs { get; set; }

    /// <summary>Programs that are refused here, call what the runtime does not have, or run for long.</summary>
    public int Refused { get; set; }

    /// <summary>Programs that the kernel refuses.</summary>
    public int RefusedThere { get; set; }

    /// <summary>Programs whose result is not theirs alone: made of addresses, clocks or bytes that nothing wrote.</summary>
    public int Dependent { get; set; }

    /// <summary>Programs that left something else behind here than in the kernel.</summary>
    public List<string> Finds { get; } = [];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Compared} programs compared in {Runs} runs, {Refused} refused here, {RefusedThere} there, {Dependent} depend on the machine; {Finds.Count} finds");
}
