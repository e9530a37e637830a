// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.TestKit.Children;
using Xunit.Runner.Common;
using Xunit.Sdk;
using Xunit.v3;

namespace NopTap.TestRunner;

/// <summary>
/// Hands the messages of one child after another to xunit as those of one run, and finishes what a child that broke off had begun.
/// </summary>
sealed class ChildReport(string assemblyId, IMessageSink sink)
{
    readonly Lock _lock = new();
    readonly HashSet<string> _done = [];
    readonly OpenMessages _open = new();
    readonly StringBuilder _strays = new();

    // Ends of what encloses tests, until something else begins: what is found behind the last test belongs before them.
    readonly List<IMessageSinkMessage> _held = [];
    RunSummary _total;
    long _heard = Environment.TickCount64;

    /// <summary>Whether the receiver wants no more.</summary>
    internal bool IsStopped { get; private set; }

    /// <summary>Whether a child got as far as to run tests.</summary>
    internal bool HasBegun { get; private set; }

    /// <summary>Time since the last message.</summary>
    internal TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _heard));

    /// <summary>Whether a test case has its result.</summary>
    internal bool IsDone(string testCaseId) => _done.Contains(testCaseId);

    /// <summary>Another child begins.</summary>
    internal void Begin() => Volatile.Write(ref _heard, Environment.TickCount64);

    /// <summary>Takes a line of a child's standard output: a message, or what something printed past the console.</summary>
    internal void Hear(string line)
    {
        Begin();
        lock (_lock)
        {
            if (line.StartsWith('{') && MessageSinkMessageDeserializer.Deserialize(line, null) is { } message)
                Take(message);
            else
                _strays.Append(line).Append('\n');
        }
    }

    /// <summary>A child broke off: fails the tests that were running and finishes what was open.</summary>
    internal void Break(ChildResult result)
    {
        lock (_lock)
        {
            IReadOnlyList<ITestStarting> running = _open.Tests;
            if (running.Count == 0)
                FailRun(new ChildFailedException($"while no test ran {result}\n{_strays}", result));
            foreach (ITestStarting test in running)
                Fail(test, result, running);
            foreach (IMessageSinkMessage message in _open.Finish())
                Take(message);
            SendHeld();
            _strays.Clear();
        }
    }

    /// <summary>No child follows.</summary>
    internal void End()
    {
        SendHeld();
        Send(new Xunit.v3.TestAssemblyFinished
        {
            AssemblyUniqueID = assemblyId,
            ExecutionTime = _total.Time,
            FinishTime = DateTimeOffset.UtcNow,
            TestsFailed = _total.Failed,
            TestsNotRun = _total.NotRun,
            TestsSkipped = _total.Skipped,
            TestsTotal = _total.Total,
        });
    }

    // What goes wrong behind the last test is a failure of that test's clean-up: one of the assembly is reported once for each of its tests.
    void FailRun(ChildFailedException failure)
    {
        Send(_held.OfType<ITestCaseFinished>().LastOrDefault() is { } last
            ? Xunit.v3.TestCaseCleanupFailure.FromException(
                failure, assemblyId, last.TestCollectionUniqueID, last.TestClassUniqueID, last.TestMethodUniqueID, last.TestCaseUniqueID)
            : Xunit.v3.TestAssemblyCleanupFailure.FromException(failure, assemblyId));
    }

    void Fail(ITestStarting test, ChildResult result, IReadOnlyList<ITestStarting> running)
    {
        string beside = running.Count == 1 ? "" : $" (beside it ran: {string.Join(", ", running.Where(other => other != test).Select(other => other.TestDisplayName))})";
        var failure = new ChildFailedException($"while this test ran{beside} {result}\n{_strays}", result);
        _total.Failed++;
        _total.Total++;
        Take(Xunit.v3.TestFailed.FromException(
            failure,
            test.AssemblyUniqueID,
            test.TestCollectionUniqueID,
            test.TestClassUniqueID,
            test.TestMethodUniqueID,
            test.TestCaseUniqueID,
            test.TestUniqueID,
            0,
            "",
            null,
            null));
    }

    void Take(IMessageSinkMessage message)
    {
        _open.Note(message);
        switch (message)
        {
            case ITestAssemblyStarting when HasBegun:
                return;
            case ITestAssemblyStarting:
                HasBegun = true;
                break;
            case ITestAssemblyFinished:
                return;
            case ITestCaseFinished finished:
                _done.Add(finished.TestCaseUniqueID);
                _total.Failed += finished.TestsFailed;
                _total.NotRun += finished.TestsNotRun;
                _total.Skipped += finished.TestsSkipped;
                _total.Total += finished.TestsTotal;
                _total.Time += finished.ExecutionTime;
                break;
            default:
                break;
        }

        if (message is ITestCaseFinished or ITestMethodFinished or ITestClassFinished or ITestCollectionFinished)
        {
            _held.Add(message);
            return;
        }

        SendHeld();
        Send(message);
    }

    void SendHeld()
    {
        foreach (IMessageSinkMessage message in _held)
            Send(message);
        _held.Clear();
    }

    void Send(IMessageSinkMessage message)
    {
        if (!sink.OnMessage(message))
            IsStopped = true;
    }
}
