// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Children;

/// <summary>A method that ran in a child process did not return; the message says how it ended and what it wrote.</summary>
public sealed class ChildFailedException(string message, ChildResult result) : Exception(message)
{
    /// <summary>How the child ended.</summary>
    public ChildResult Result { get; } = result;
}
