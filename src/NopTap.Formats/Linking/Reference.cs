// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats.Linking;

/// <summary>What an instruction refers to beyond its function.</summary>
/// <param name="Kind">Which of the fields counts.</param>
/// <param name="Function">Called or named function.</param>
/// <param name="MapIndex">Map.</param>
/// <param name="Offset">Bytes into the map's value.</param>
/// <param name="KernelFunction">Number of the kernel function (<see cref="Isa.KernelFunctionId"/>).</param>
readonly record struct Reference(ReferenceKind Kind, CodeFunction? Function = null, int MapIndex = 0, uint Offset = 0, int KernelFunction = 0);
