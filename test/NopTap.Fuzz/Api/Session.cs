// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.CompilerServices;
using NopTap.Contexts;
using NopTap.Links;

namespace NopTap.Fuzz.Api;

/// <summary>One thread's part of one random sequence of public calls: chooses members, calls them, keeps what they return.</summary>
/// <remarks>
/// Callbacks go on with the sequence from inside the call that made them, so calls, disposals and collections nest. What is wrong is a
/// crash, which the parent process sees, or an exception that no member documents.
/// </remarks>
sealed partial class Session
{
    const int DeepestNesting = 3;
    const int StepsOfStrangers = 4;

    [ThreadStatic]
    static Session? t_current;

    readonly SeededRandom _random;
    readonly Pool _pool;
    readonly ArgumentMaker _arguments;
    readonly Tally _tally;
    readonly TextWriter? _log;
    readonly int _thread;
    int _depth;
    int _steps;

    internal Session(SeededRandom random, Pool pool, Tally tally, TextWriter? log, int thread, int steps)
    {
        (_random, _pool, _tally, _log, _thread, _steps) = (random, pool, tally, log, thread, steps);
        _arguments = new ArgumentMaker(random, pool, this);
    }

    internal void Run()
    {
        t_current = this;
        while (_steps > 0)
        {
            try
            {
                Step();
            }
            catch (CallbackException)
            {
                // It came out of a call that was nested in another, between that one and the use of what it returned.
            }
        }

        t_current = null;
    }

    /// <summary>The session of this thread: a delegate may be called on another thread than the one that made it.</summary>
    internal Session Here() => t_current ?? new Session(new SeededRandom(1), _pool, _tally, _log, 9, StepsOfStrangers);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Step()
    {
        _steps--;
        switch (_random.Below(100))
        {
            case < 2: Collect(); break;
            case < 6: _pool.Forget(_random); break;
            case < 12: Dispose(); break;
            case < 18: CallOneOf(Surface.Starters, null); break;
            case < 45: CallFavourite(); break;
            default: CallAny(); break;
        }
    }

    void Collect()
    {
        Log("collect");
        GC.Collect();
        // Finalizers may wait for nothing that this thread does.
        GC.WaitForPendingFinalizers();
        _tally.Count("(garbage collection)");
    }

    void Dispose()
    {
        if (_pool.Any<IDisposable>(_random) is not { } victim)
            return;
        Log($"dispose {Text(victim)}");
        _tally.Count("(disposal)");
        try
        {
            victim.Dispose();
        }
        catch (Exception e) when (e is not CallbackException)
        {
            Judge(victim.GetType().Name + ".Dispose()", e);
        }
    }

    void CallAny()
    {
        if (_pool.Any<object>(_random) is { } receiver)
            CallOneOf(Surface.MembersOf(receiver.GetType()), receiver);
    }

    // What runs programs and what attaches to them.
    void CallFavourite()
    {
        if (_random.Below(5) == 0)
        {
            object? place = _random.Below(3) == 0 ? _pool.Any<BpfFunction>(_random) : _pool.Any<BpfProbe>(_random);
            CallOneOf(Named(place, "Attach"), place);
            return;
        }

        // Observers cannot be run; a plain context fits programs of a host's own only. The odd call is tried all the same.
        BpfProgram? program = null;
        for (int i = 0; i < 4 && program?.TypeInfo.Kind is null or ContextKind.Observer; i++)
            program = _pool.Any<BpfProgram>(_random);
        bool takesPlain = program?.TypeInfo.Kind == ContextKind.Plain;
        ApiMember[][] ways = Named(program, "Run", "TestRun", "RunBatch");
        CallOneOf([.. ways.Where(way => TakesPlain(way[0]) == takesPlain || _random.Below(16) == 0)], program);
    }

    static bool TakesPlain(ApiMember member) =>
        member.Parameters is [{ ParameterType: { IsGenericType: true } type }, ..] && type.GetGenericTypeDefinition() == typeof(PlainContext<>);

    static ApiMember[][] Named(object? receiver, params string[] names) => receiver is null
        ? []
        : [.. Surface.MembersOf(receiver.GetType()).Where(group => names.Any(name => group[0].Method.Name.StartsWith(name, StringComparison.Ordinal)))];

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void CallOneOf(ApiMember[][] groups, object? receiver)
    {
        if (groups.Length == 0)
            return;
        ApiMember[] instantiations = groups[_random.Below(groups.Length)];
        CallOn(instantiations[_random.Below(instantiations.Length)], receiver);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void CallOn(ApiMember member, object? receiver) => Call(member, Values(member, receiver));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    void Call(ApiMember member, object?[] values)
    {
        try
        {
            object? result = member.Invoker(this, values);
            Keep(result);
        }
        catch (CallbackException) when (_depth == 0)
        {
            // A callback threw and the member let it pass.
        }
        catch (Exception e) when (e is not CallbackException)
        {
            Judge(member.Name, e);
        }
    }

    // The caller keeps nothing of what it passes, where the dice say so: then only the call itself holds it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    object?[] Values(ApiMember member, object? receiver)
    {
        object?[] values = [receiver, .. member.Parameters.Select(_arguments.Make)];
        _tally.Count(member.Name);
        Log($"{member.Name}: {string.Join(", ", values.Select(Text))}");
        if (_random.Below(10) == 0)
        {
            foreach (object? value in values)
                _pool.Remove(value);
        }

        return values;
    }

    internal void Judge(string member, Exception e)
    {
        Log($"  {e.GetType().Name}: {e.Message}");
        _tally.Throw(member, e);
    }

    internal void Log(string what) => _log?.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{new string(' ', 2 * _depth)}{(_thread == 0 ? "" : $"[thread {_thread}] ")}{what}"));

    static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        Array array => $"{array.GetType().GetElementType()!.Name}[{array.Length}]",
        BpfProgram program => $"program {program.Name}/{program.Id}/{program.Runtime.Engine}",
        Maps.BpfMap map => $"map {map.Name}/{map.Id}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value.GetType().Name}#{RuntimeHelpers.GetHashCode(value) & 0xffff:x}",
    };
}
