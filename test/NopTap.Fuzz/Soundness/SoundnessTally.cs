// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Fuzz.Soundness;

/// <summary>What a check of accepted programs counted.</summary>
public sealed class SoundnessTally
{
    /// <summary>Programs that were accepted and run.</summary>
    public int Programs { get; set; }

    /// <summary>Programs that were refused.</summary>
    public int Refused { get; set; }

    /// <summary>Accepted programs whose states were too many to be kept: they are run, no more.</summary>
    public int Unfollowed { get; set; }

    /// <summary>Runs.</summary>
    public long Runs { get; set; }

    /// <summary>Runs that the interpreter's budget ended.</summary>
    public long Cut { get; set; }

    /// <summary>Steps that a state of the verifier contained.</summary>
    public long Steps { get; set; }

    /// <summary>States that were collected.</summary>
    public long States { get; set; }

    /// <summary>What was accepted and should not have been.</summary>
    public List<string> Finds { get; } = [];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Programs} programs accepted and run, {Refused} refused, {Unfollowed} without states; {Runs} runs ({Cut} cut), {Steps} steps within {States} states; {Finds.Count} finds");
}
