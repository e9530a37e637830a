// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;

namespace NopTap.Links;

/// <summary>One site of a probe as the SDT series records it (<c>struct bpf_insn_array_value</c> with the name and address it adds).</summary>
/// <param name="Name">Name of the probe.</param>
/// <param name="NArgs">Number of arguments.</param>
/// <param name="ArgRegs">Where each argument is: a BPF register, or in our form of the notes a constant.</param>
/// <param name="OrigOff">Instruction slot of the NOP.</param>
/// <param name="ProbeIp">Address of the NOP's machine code; 0 under the interpreter.</param>
public sealed record SdtProbeInfo(string Name, int NArgs, ImmutableArray<ProbeArgumentSpec> ArgRegs, int OrigOff, ulong ProbeIp);
