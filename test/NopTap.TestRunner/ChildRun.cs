// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Text;
using Xunit;
using Xunit.Runner.Common;
using Xunit.Sdk;
using Xunit.v3;

namespace NopTap.TestRunner;

/// <summary>The child's side: runs the test cases of a file and writes each message as a line of JSON to its standard output.</summary>
static class ChildRun
{
    /// <summary>Runs test cases.</summary>
    /// <param name="arguments">The test assembly, and a file: execution options, then a serialized test case a line.</param>
    internal static void Go(string[] arguments)
    {
        var messages = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        Console.SetOut(Console.Error);
        Assembly assembly = Assembly.Load(arguments[0]);
        string[] lines = File.ReadAllLines(arguments[1]);
        SerializationHelper.Instance.AddRegisteredSerializers(assembly);
        ITestCase[] cases = [.. lines.Skip(1).Select(line => (ITestCase)SerializationHelper.Instance.Deserialize(line)!)];
        TestContext.SetForInitialization(null, diagnosticMessages: false, internalDiagnosticMessages: false);
        new XunitTestFramework().GetExecutor(assembly).RunTestCases(
            cases, new Sender(messages), TestFrameworkOptions.ForExecutionFromSerialization(lines[0]), null).AsTask().GetAwaiter().GetResult();
    }

    sealed class Sender(StreamWriter messages) : IMessageSink
    {
        readonly Lock _lock = new();

        public bool OnMessage(IMessageSinkMessage message)
        {
            string? line = message.ToJson();
            if (line is null)
                return true;
            lock (_lock)
                messages.Write(line + "\n");
            return true;
        }
    }
}
