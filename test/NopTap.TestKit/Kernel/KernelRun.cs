// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Engines;

namespace NopTap.TestKit.Kernel;

/// <summary>What the kernel made of a program.</summary>
/// <param name="Run">What the run left behind; null when the program was refused.</param>
/// <param name="Error">Error number of the refusal; 0 when there was none.</param>
/// <param name="Log">Last words of the kernel's verifier on a refusal, when they were asked for.</param>
public sealed record KernelRun(EngineRun? Run, int Error, string Log);
