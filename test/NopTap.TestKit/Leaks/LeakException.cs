// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Leaks;

/// <summary>Something native was not given back.</summary>
public sealed class LeakException(string message) : Exception(message);
