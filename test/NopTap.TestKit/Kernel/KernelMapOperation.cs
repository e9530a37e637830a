// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Kernel;

/// <summary>Operations on a map's entries, with the numbers of bpf(2).</summary>
public enum KernelMapOperation
{
    Lookup = 1,
    Update = 2,
    Delete = 3,
    NextKey = 4,
}
