// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Cli.Captures;

/// <summary>One packet of a capture.</summary>
/// <param name="Seconds">Time since 1970, whole seconds.</param>
/// <param name="Fraction">The rest, in the capture's unit.</param>
/// <param name="Data">Bytes that were kept.</param>
/// <param name="OriginalLength">Bytes on the wire.</param>
sealed record CapturedPacket(uint Seconds, uint Fraction, ReadOnlyMemory<byte> Data, int OriginalLength);
