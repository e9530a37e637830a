// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Engines;

/// <summary>What a run left behind.</summary>
/// <param name="Result">r0.</param>
/// <param name="Memory">The memory that the program was given.</param>
public sealed record EngineRun(ulong Result, byte[] Memory);
