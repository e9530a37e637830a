// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Parity.Suite;

/// <summary>A run that a test wants.</summary>
/// <param name="Data">The packet.</param>
/// <param name="Expected">Result; null where any will do (an address).</param>
readonly record struct SuiteRun(byte[] Data, uint? Expected)
{
    /// <summary>What the tests write (with a suffix that reads as digits) for "an address, whichever".</summary>
    public const uint AnyPointer = 0xcafe4a;
}
