// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Children;

/// <summary>How a child process ended.</summary>
public enum ChildEnding
{
    /// <summary>The method returned.</summary>
    Returned,

    /// <summary>The method threw; the child caught it and wrote it to its standard error.</summary>
    Threw,

    /// <summary>The method threw what says that a test is to be skipped.</summary>
    Skipped,

    /// <summary>A signal ended the process, the runtime aborted it (134), or something called exit.</summary>
    Crashed,

    /// <summary>It did not end within its limit and was killed.</summary>
    Hung,
}
