// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using Xunit.v3;

namespace NopTap.TestRunner;

/// <summary>
/// xunit's own framework, whose tests run in a child process: a test that crashes or hangs fails with what the child wrote, and the others
/// run on in another child. <c>NOPTAP_TESTS_IN_PROCESS=1</c> runs them here, for debuggers.
/// </summary>
/// <remarks>Discovery, filters and reports are those of the parent; a test reads and behaves as any other.</remarks>
public sealed class ChildTestFramework : XunitTestFramework
{
    const string InProcess = "NOPTAP_TESTS_IN_PROCESS";

    /// <inheritdoc/>
    protected override ITestFrameworkExecutor CreateExecutor(Assembly assembly) =>
        Environment.GetEnvironmentVariable(InProcess) == "1"
            ? base.CreateExecutor(assembly)
            : new ChildExecutor(new XunitTestAssembly(assembly, null, null, null, null, null, null));
}
