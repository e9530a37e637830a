// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Formats;

/// <summary>A wide load whose constant is a map or an address inside a map's value.</summary>
/// <param name="Instruction">First slot of the load.</param>
/// <param name="MapIndex">Index into <see cref="BpfObjectSpec.Maps"/>.</param>
/// <param name="IsValue">True: address of the map's first value plus <paramref name="Offset"/>; false: the map itself.</param>
/// <param name="Offset">Bytes into the value; 0 for the map itself.</param>
public readonly record struct MapReference(int Instruction, int MapIndex, bool IsValue, uint Offset);
