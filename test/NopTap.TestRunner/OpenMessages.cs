// SPDX-License-Identifier: Apache-2.0

using Xunit.Sdk;
using Xunit.v3;

namespace NopTap.TestRunner;

/// <summary>What has been started and not finished yet: tests, their cases, methods, classes and collections.</summary>
sealed class OpenMessages
{
    readonly Dictionary<string, ITestStarting> _tests = [];
    readonly Dictionary<string, ITestCaseStarting> _cases = [];
    readonly Dictionary<string, ITestMethodStarting> _methods = [];
    readonly Dictionary<string, ITestClassStarting> _classes = [];
    readonly Dictionary<string, ITestCollectionStarting> _collections = [];

    internal IReadOnlyList<ITestStarting> Tests => [.. _tests.Values];

    internal void Note(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestStarting test: _tests.Add(test.TestUniqueID, test); break;
            case ITestFinished test: _tests.Remove(test.TestUniqueID); break;
            case ITestCaseStarting test: _cases.Add(test.TestCaseUniqueID, test); break;
            case ITestCaseFinished test: _cases.Remove(test.TestCaseUniqueID); break;
            case ITestMethodStarting { TestMethodUniqueID: { } id } method: _methods.Add(id, method); break;
            case ITestMethodFinished { TestMethodUniqueID: { } id }: _methods.Remove(id); break;
            case ITestClassStarting { TestClassUniqueID: { } id } type: _classes.Add(id, type); break;
            case ITestClassFinished { TestClassUniqueID: { } id }: _classes.Remove(id); break;
            case ITestCollectionStarting collection: _collections.Add(collection.TestCollectionUniqueID, collection); break;
            case ITestCollectionFinished collection: _collections.Remove(collection.TestCollectionUniqueID); break;
            default: break;
        }
    }

    /// <summary>The ends of all that is open, innermost first, for who notes and sends them.</summary>
    internal IReadOnlyList<IMessageSinkMessage> Finish() =>
    [
        .. _tests.Values.Select(Finished),
        .. _cases.Values.Select(Finished),
        .. _methods.Values.Select(Finished),
        .. _classes.Values.Select(Finished),
        .. _collections.Values.Select(Finished),
    ];

    static TestFinished Finished(ITestStarting test) => new()
    {
        AssemblyUniqueID = test.AssemblyUniqueID,
        TestCollectionUniqueID = test.TestCollectionUniqueID,
        TestClassUniqueID = test.TestClassUniqueID,
        TestMethodUniqueID = test.TestMethodUniqueID,
        TestCaseUniqueID = test.TestCaseUniqueID,
        TestUniqueID = test.TestUniqueID,
        Attachments = new Dictionary<string, TestAttachment>(),
        ExecutionTime = 0,
        FinishTime = DateTimeOffset.UtcNow,
        Output = "",
        Warnings = null,
    };

    static TestCaseFinished Finished(ITestCaseStarting test) => new()
    {
        AssemblyUniqueID = test.AssemblyUniqueID,
        TestCollectionUniqueID = test.TestCollectionUniqueID,
        TestClassUniqueID = test.TestClassUniqueID,
        TestMethodUniqueID = test.TestMethodUniqueID,
        TestCaseUniqueID = test.TestCaseUniqueID,
        ExecutionTime = 0,
        FinishTime = DateTimeOffset.UtcNow,
        TestsFailed = 0,
        TestsNotRun = 0,
        TestsSkipped = 0,
        TestsTotal = 0,
    };

    static TestMethodFinished Finished(ITestMethodStarting method) => new()
    {
        AssemblyUniqueID = method.AssemblyUniqueID,
        TestCollectionUniqueID = method.TestCollectionUniqueID,
        TestClassUniqueID = method.TestClassUniqueID,
        TestMethodUniqueID = method.TestMethodUniqueID,
        ExecutionTime = 0,
        FinishTime = DateTimeOffset.UtcNow,
        TestsFailed = 0,
        TestsNotRun = 0,
        TestsSkipped = 0,
        TestsTotal = 0,
    };

    static TestClassFinished Finished(ITestClassStarting type) => new()
    {
        AssemblyUniqueID = type.AssemblyUniqueID,
        TestCollectionUniqueID = type.TestCollectionUniqueID,
        TestClassUniqueID = type.TestClassUniqueID,
        ExecutionTime = 0,
        FinishTime = DateTimeOffset.UtcNow,
        TestsFailed = 0,
        TestsNotRun = 0,
        TestsSkipped = 0,
        TestsTotal = 0,
    };

    static TestCollectionFinished Finished(ITestCollectionStarting collection) => new()
    {
        AssemblyUniqueID = collection.AssemblyUniqueID,
        TestCollectionUniqueID = collection.TestCollectionUniqueID,
        ExecutionTime = 0,
        FinishTime = DateTimeOffset.UtcNow,
        TestsFailed = 0,
        TestsNotRun = 0,
        TestsSkipped = 0,
        TestsTotal = 0,
    };
}
