// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Kernel;

/// <summary>What a test run in the kernel left behind.</summary>
/// <param name="ReturnValue">Low half of r0.</param>
/// <param name="Packet">The packet as the program left it, behind the metadata that it put there.</param>
public readonly record struct PacketVerdict(uint ReturnValue, byte[] Packet);
