// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>A relocation of an instruction against a type (<c>bpf_core_relo</c>), as the compiler wrote it.</summary>
/// <remarks>
/// There is no kernel beneath these programs whose types could differ from those compiled in, so the offsets, sizes and existence answers
/// of the object's own types stand and nothing is patched. Only a request for the kernel's own type ids cannot be met.
/// </remarks>
/// <param name="Instruction">Slot.</param>
/// <param name="TypeId">Root type in the object's BTF.</param>
/// <param name="Access">Access string, for example <c>0:1:2</c>.</param>
/// <param name="Kind">Kind of relocation (<c>enum bpf_core_relo_kind</c>).</param>
public sealed record CoreRelocationSpec(int Instruction, int TypeId, string Access, int Kind);
