// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NopTap.TestKit.Children;

/// <summary>
/// Runs a static method in a process of its own, so that a crash or an endless loop is a failed assertion of one test and not the end
/// of the test runner.
/// </summary>
/// <remarks>
/// The child runs with the dependencies and the settings of this process: any static method of an assembly that this process can load can
/// be named, private ones and static local functions too; a lambda cannot. It ends when its parent does. A child costs the start of .NET and
/// the compilation of what it uses, a quarter of a second: put scenarios that belong together into one.
/// </remarks>
public static class ChildProcess
{
    /// <summary>Time after which a child counts as hung: far above what any scenario takes on a busy machine.</summary>
    public static TimeSpan DefaultLimit { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Runs a static method in a child process and returns when it has ended well.</summary>
    /// <param name="method">The method, by its name: no lambda.</param>
    /// <param name="arguments">What it is called with.</param>
    /// <exception cref="ChildFailedException">It threw, crashed or hung; the message has all that the child wrote.</exception>
    public static ChildResult Run(Action<string[]> method, params string[] arguments)
    {
        ChildResult result = Observe(method, DefaultLimit, arguments);
        return result.Ending switch
        {
            ChildEnding.Returned => result,
            // xunit knows a test that is to be skipped by how the message begins.
            ChildEnding.Skipped => throw new InvalidOperationException(SkipMessage + result.Error.Trim()),
            _ => throw new ChildFailedException($"{method.Method.Name}({string.Join(", ", arguments)}): {result}", result),
        };
    }

    /// <summary>As <see cref="Run"/>, for tests of what goes wrong: returns however it ended.</summary>
    /// <param name="method">The method, by its name: no lambda.</param>
    /// <param name="limit">Time after which the child is killed.</param>
    /// <param name="arguments">What it is called with.</param>
    public static ChildResult Observe(Action<string[]> method, TimeSpan limit, params string[] arguments)
    {
        using RunningChild child = Start(method, onLine: null, arguments);
        return child.Wait(limit);
    }

    /// <summary>Starts a child and returns while it runs.</summary>
    /// <param name="method">The method, by its name: no lambda.</param>
    /// <param name="onLine">Called on another thread with each line of the child's standard output, which then is not kept; or null.</param>
    /// <param name="arguments">What it is called with.</param>
    public static RunningChild Start(Action<string[]> method, Action<string>? onLine, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (!method.Method.IsStatic || method.Target is not null || method.Method.DeclaringType?.AssemblyQualifiedName is not { } type)
            throw new ArgumentException("a child process runs a static method: give its name, no lambda", nameof(method));
        return new RunningChild(Process.Start(StartInfo([type, method.Method.Name, .. arguments]))!, onLine);
    }

    internal const string SkipMessage = "$XunitDynamicSkip$";

    static ProcessStartInfo StartInfo(string[] arguments)
    {
        string deps = DependencyFile();
        var start = new ProcessStartInfo(DotnetHost())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] host =
        [
            "exec", "--depsfile", deps, "--runtimeconfig", deps[..^".deps.json".Length] + ".runtimeconfig.json", typeof(ChildProcess).Assembly.Location,
        ];
        foreach (string argument in (string[])[.. host, .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0"; // children are short: counting what is hot costs more than it brings
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    // The first is the application's; the framework's follow.
    static string DependencyFile() => ((string)AppContext.GetData("APP_CONTEXT_DEPS_FILES")!).Split(';')[0];

    // .../dotnet/shared/Microsoft.NETCore.App/10.0.1/ holds the runtime that runs this.
    static string DotnetHost() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    internal static void Call(string type, string name, string[] arguments)
    {
        MethodInfo method = Type.GetType(type, throwOnError: true)!.GetMethod(
            name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(string[])])
            ?? throw new MissingMethodException(type, name);
        method.CreateDelegate<Action<string[]>>()(arguments);
    }
}
