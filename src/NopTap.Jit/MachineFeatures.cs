// SPDX-License-Identifier: Apache-2.0

using System.Runtime.Intrinsics.X86;

namespace NopTap.Jit;

/// <summary>Extensions of the processor that machine code may use. Part of the request, so that compilation stays a pure function.</summary>
[Flags]
internal enum MachineFeatures
{
    /// <summary>Only what every x86-64 has.</summary>
    None = 0,

    /// <summary>BMI2: shifts by any register.</summary>
    Bmi2 = 1,
}

/// <summary>What this machine offers.</summary>
internal static class MachineFeatureDetection
{
    /// <summary>The features of the processor that runs this process.</summary>
    public static MachineFeatures Current => Bmi2.X64.IsSupported ? MachineFeatures.Bmi2 : MachineFeatures.None;
}
