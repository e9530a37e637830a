// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Children;
using Xunit.Sdk;
using Xunit.v3;

namespace NopTap.TestRunner;

/// <summary>The parent's side: gives the chosen test cases to a child, and what a crash left to the next.</summary>
sealed class ChildExecutor(IXunitTestAssembly assembly) : XunitTestFrameworkExecutor(assembly)
{
    // Since the last message of any test. On a busy machine the longest test takes a tenth of it.
    static readonly TimeSpan s_silence = TimeSpan.FromMinutes(6);
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    public override async ValueTask RunTestCases(
        IReadOnlyCollection<IXunitTestCase> testCases,
        IMessageSink executionMessageSink,
        ITestFrameworkExecutionOptions executionOptions,
        CancellationToken cancellationToken)
    {
        if (testCases.Count == 0)
            await base.RunTestCases(testCases, executionMessageSink, executionOptions, cancellationToken);
        else
            await Task.Run(() => RunInChildren([.. testCases], executionMessageSink, executionOptions, cancellationToken), CancellationToken.None);
    }

    void RunInChildren(List<IXunitTestCase> cases, IMessageSink sink, ITestFrameworkExecutionOptions options, CancellationToken cancellation)
    {
        var report = new ChildReport(TestAssembly.UniqueID, sink);
        while (cases.Count != 0 && !cancellation.IsCancellationRequested)
        {
            ChildResult result = RunChild(cases, report, options, cancellation);
            if (result.Ending == ChildEnding.Returned || report.IsStopped)
                break;
            if (!report.HasBegun)
            {
                // xunit's summary of nothing would hide the reason.
                Console.Error.WriteLine(result);
                throw new ChildFailedException($"before the first test {result}", result);
            }

            int before = cases.Count;
            report.Break(result);
            cases.RemoveAll(test => report.IsDone(test.UniqueID));
            if (cases.Count == before)
                break;
        }

        report.End();
    }

    ChildResult RunChild(List<IXunitTestCase> cases, ChildReport report, ITestFrameworkExecutionOptions options, CancellationToken cancellation)
    {
        string order = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(order, [options.ToJson(), .. cases.Select(test => SerializationHelper.Instance.Serialize(test, test.GetType()))]);
            report.Begin();
            using RunningChild child = ChildProcess.Start(ChildRun.Go, report.Hear, TestAssembly.AssemblyName, order);
            while (!child.HasEndedWithin(s_look))
            {
                if (report.IsStopped || cancellation.IsCancellationRequested)
                    child.Kill();
                else if (report.Silence > s_silence)
                    return child.Wait(TimeSpan.Zero);
            }

            return child.Wait(s_silence);
        }
        finally
        {
            File.Delete(order);
        }
    }
}
