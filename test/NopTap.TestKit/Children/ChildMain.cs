// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using NopTap.TestKit.Leaks;

namespace NopTap.TestKit.Children;

/// <summary>Where a child process begins: the type and the name of a static method, and what to call it with.</summary>
static class ChildMain
{
    // Codes that neither a signal nor the runtime nor a habit uses, so that an exit in the middle is not taken for a return.
    internal const int Returned = 90;
    internal const int Threw = 91;
    internal const int Skipped = 92;

    static int Main(string[] arguments)
    {
        if (arguments is not [string type, string name, .. string[] rest])
        {
            Console.Error.WriteLine("this is the child of a test: see NopTap.TestKit.Children.ChildProcess");
            return 2;
        }

        EndWithParent();
        try
        {
            LeakCheck.Begin();
            ChildProcess.Call(type, name, rest);
            LeakCheck.End();
            return Returned;
        }
        catch (Exception e)
        {
            if (e is TargetInvocationException { InnerException: { } inner })
                e = inner;
            bool isSkip = e.Message.StartsWith(ChildProcess.SkipMessage, StringComparison.Ordinal);
            Console.Error.WriteLine(isSkip ? e.Message[ChildProcess.SkipMessage.Length..] : e.ToString());
            return isSkip ? Skipped : Threw;
        }
    }

    // The parent holds the other end of the standard input: it closes when the parent goes, however it goes.
    static void EndWithParent()
    {
        var watch = new Thread(static () =>
        {
            while (Console.In.Read() >= 0)
            {
            }

            Environment.Exit(3);
        });
        watch.IsBackground = true;
        watch.Start();
    }
}
