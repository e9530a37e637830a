// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Cases;

/// <summary>Text that is not the committed one.</summary>
public sealed class GoldenMismatchException(string message) : Exception(message);
