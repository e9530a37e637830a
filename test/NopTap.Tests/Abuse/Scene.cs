// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Runtime.CompilerServices;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Links;
using NopTap.TestKit;

namespace NopTap.Tests.Abuse;

/// <summary>A runtime with the objects of test/corpus/api, and what scenes of abuse share. Scenes run in a child process.</summary>
sealed class Scene : IDisposable
{
    internal static readonly byte[] Packet = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];

    internal Scene(string engine)
        : this(new BpfRuntime(new BpfRuntimeOptions { Engine = Enum.Parse<BpfEngine>(engine) }))
    {
    }

    Scene(BpfRuntime runtime)
    {
        Runtime = runtime;
        Api = Load("api");
    }

    internal BpfRuntime Runtime { get; }

    internal BpfObject Api { get; }

    internal BpfProbe Seen => Api.Programs["target"].Probes["seen"];

    public void Dispose() => Runtime.Dispose();

    internal BpfObject Load(string name) => Runtime.Load(PathOf(name));

    internal static string PathOf(string name) => Repository.PathOf("test", "corpus", "api", name + ".bpf.o");

    /// <summary>A scene in which programs may call: <c>call</c> a number, <c>look</c> at memory, <c>fill</c> memory.</summary>
    internal BpfObject LoadHosts(Func<ulong, ulong> call, MemoryHelper? look = null, FillHelper? fill = null)
    {
        Runtime.Helpers.Add("host_call", call);
        Runtime.Helpers.Add("host_look", look ?? (_ => 0));
        Runtime.Helpers.Add("host_fill", fill ?? (_ => 0));
        return Load("hosts");
    }

    /// <summary>Plays all scenes of a class, or the one whose name is the second argument, with the engine that is the first.</summary>
    internal static void RunAll(Type scenes, string[] arguments)
    {
        foreach (MethodInfo scene in scenes.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            bool isScene = scene.IsAssembly && scene.GetParameters() is [{ ParameterType: var type }] && type == typeof(string);
            if (!isScene || (arguments.Length > 1 && arguments[1] != scene.Name))
                continue;
            // Of a child that crashed this is the last word.
            Console.WriteLine(scene.Name);
            scene.CreateDelegate<Action<string>>()(arguments[0]);
        }
    }

    internal static void Collect()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>The id of the diagnostic of a refusal.</summary>
    internal static string Refused(Action action) => Assert.ThrowsAny<BpfException>(action).Diagnostic.Id;

    /// <summary>As <see cref="Refused"/>, of the refusal that began it where helpers passed it on.</summary>
    internal static string FirstRefused(Action action)
    {
        Exception first = Assert.ThrowsAny<BpfException>(action);
        while (first.InnerException is { } inner)
            first = inner;
        return Assert.IsAssignableFrom<BpfException>(first).Diagnostic.Id;
    }

    /// <summary>Does something that may be refused, but by nothing else than what the library documents.</summary>
    /// <returns>Whether it was not refused.</returns>
    internal static bool Try(Action action, [CallerArgumentExpression(nameof(action))] string what = "")
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is BpfException or ArgumentException or ObjectDisposedException or KeyNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e.GetType() == typeof(InvalidOperationException) || e.GetType() == typeof(NotSupportedException))
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what} threw {e.GetType().Name}", e);
        }
    }

    /// <summary>Runs something on another thread and waits for it; what it throws comes here.</summary>
    internal static void OnThread(Action action, int stack = 0)
    {
        Exception? thrown = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception e)
                {
                    thrown = e;
                }
            },
            stack);
        thread.Start();
        thread.Join();
        if (thrown is not null)
            throw new InvalidOperationException(thrown.Message, thrown);
    }

    /// <summary>Does something on several threads at once, each given its number, and waits for all.</summary>
    internal static void Together(int threads, Action<int> action)
    {
        using var start = new Barrier(threads);
        var failures = new List<Exception>();
        Thread[] all = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                action(number);
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
            }
        }))];
        foreach (Thread thread in all)
            thread.Start();
        foreach (Thread thread in all)
            thread.Join();
        if (failures.Count != 0)
            throw new AggregateException(failures);
    }
}
