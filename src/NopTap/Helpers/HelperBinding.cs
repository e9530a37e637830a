// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Helpers;

/// <summary>A helper as it is called: its type and its code.</summary>
/// <param name="Signature">Type.</param>
/// <param name="Address">Code: <c>ulong (r1, ..., r5, ThreadBlock*)</c>; 0 for tail_call and loop, which the engines make themselves.</param>
/// <param name="IsAvailable">Whether this runtime has it; programs that call one that it has not are verified, but not loaded.</param>
internal readonly record struct HelperBinding(HelperSignature Signature, nint Address, bool IsAvailable = true);
