// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    /// <summary>Whether the format of bpf_snprintf can be printed, and as many values, of 8 bytes each, are given as it prints.</summary>
    bool FormatArguments(HelperSignature helper)
    {
        if (helper.Id != (int)HelperId.Snprintf)
            return true;
        RegisterState format = R(Register.R3);
        ulong bytes = R(Register.R5).Range.Value;
        MapSpec map = _request.Maps[format.Index];
        ReadOnlySpan<byte> text = map.InitialValue.AsSpan()[format.Offset..];
        text = text[..text.IndexOf((byte)0)];
        int printed = PrintFormat.CountValues(text, out int position);
        if (printed < 0)
        {
            return Refuse(
                VerifierDiagnostics.HelperArgument, $"the format of bpf_snprintf is not understood from its byte {position} on: '{Encoding.Latin1.GetString(text[position..])}'",
                "use %d %i %u %x %X with l or ll, %c, %s, %p, %px, %pK, %ps, %pB, %pks, %pus, %pI4, %pi4, %pI6 or %pi6, with [-+ 0] and a width", (int)Register.R3);
        }

        if (bytes % 8 == 0 && (ulong)printed <= bytes / 8)
            return true;
        return Refuse(
            VerifierDiagnostics.HelperArgument, $"bpf_snprintf is given {bytes} bytes of values for a format that prints {printed}",
            $"pass an array of {printed} 64-bit values and its size", (int)Register.R5);
    }
}
