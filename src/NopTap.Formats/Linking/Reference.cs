// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Formats.Linking;

/// <summary>What an instruction refers to beyond its function.</summary>
/// <param name="Kind">Which of the fields counts.</param>
/// <param name="Function">Called or named function.</param>
/// <param name="MapIndex">Map.</param>
/// <param name="Offset">Bytes into the map's value.</param>
/// <param name="KernelFunction">Number of the kernel function (<see cref="Isa.KernelFunctionId"/>).</param>
/// <param name="Missing">Name of what a path that comes here would miss, or null.</param>
/// <param name="Reason">How to refuse such a path.</param>
readonly record struct Reference(
    ReferenceKind Kind, CodeFunction? Function = null, int MapIndex = 0, uint Offset = 0, int KernelFunction = 0, string? Missing = null, Diagnostic? Reason = null);
