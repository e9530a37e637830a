// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    /// <summary>Whether bpf_snprintf is given as many values, of 8 bytes each, as its format prints.</summary>
    bool FormatArguments(HelperSignature helper)
    {
        if (helper.Id != (int)HelperId.Snprintf)
            return true;
        RegisterState format = R(Register.R3);
        ulong bytes = R(Register.R5).Range.Value;
        MapSpec map = _request.Maps[format.Index];
        int printed = Conversions(map.InitialValue.AsSpan()[format.Offset..]);
        if (bytes % 8 == 0 && (ulong)printed <= bytes / 8)
            return true;
        return Refuse(
            VerifierDiagnostics.HelperArgument, $"bpf_snprintf is given {bytes} bytes of values for a format that prints {printed}",
            $"pass an array of {printed} 64-bit values and its size", (int)Register.R5);
    }

    static int Conversions(ReadOnlySpan<byte> format)
    {
        int count = 0;
        for (int i = 0; i < format.Length && format[i] != 0; i++)
        {
            if (format[i] != '%')
                continue;
            if (i + 1 < format.Length && format[i + 1] == '%')
                i++;
            else
                count++;
        }

        return count;
    }
}
