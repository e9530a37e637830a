// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>Refusals that tests provoke: the call is made in a way that the kernel refuses, so that the real error path runs.</summary>
[Flags]
enum CodeMemoryFaults
{
    None = 0,
    Memfd = 1,
    Membarrier = 2,
    SyncPage = 4,
}
