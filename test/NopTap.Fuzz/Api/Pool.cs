// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Api;

/// <summary>The objects that a sequence has got so far. Two threads share it.</summary>
sealed class Pool
{
    const int Capacity = 200;

    readonly Lock _lock = new();
    readonly List<object> _objects = [];

    // A host owns its runtimes; one that is forgotten with what is loaded in it is not what is tried here.
    readonly HashSet<BpfRuntime> _runtimes = [];

    /// <summary>Adds an object, in the place of another when there are many.</summary>
    internal void Add(object value, SeededRandom random)
    {
        lock (_lock)
        {
            if (value is BpfRuntime runtime)
                _runtimes.Add(runtime);
            if (_objects.Count < Capacity)
                _objects.Add(value);
            else
                _objects[random.Below(Capacity)] = value;
        }
    }

    /// <summary>Any object that is of a type, or null.</summary>
    internal T? Any<T>(SeededRandom random)
        where T : class => (T?)Any(typeof(T), random);

    /// <summary>Any object that is of a type, or null. Kinds that are rare come as often as others.</summary>
    internal object? Any(Type type, SeededRandom random)
    {
        lock (_lock)
        {
            if (_objects.Count == 0)
                return null;
            int start = random.Below(_objects.Count);
            for (int i = 0; i < _objects.Count; i++)
            {
                object candidate = _objects[(start + i) % _objects.Count];
                if (type.IsInstanceOfType(candidate) && (type != typeof(object) || IsLive(candidate) || random.Below(8) == 0))
                    return candidate;
            }

            return null;
        }
    }

    /// <summary>Lets go of an object.</summary>
    internal void Remove(object? value)
    {
        if (value is null || value.GetType().IsValueType)
            return;
        lock (_lock)
            _objects.RemoveAll(other => ReferenceEquals(other, value));
    }

    /// <summary>Lets go of any object.</summary>
    internal void Forget(SeededRandom random)
    {
        lock (_lock)
        {
            if (_objects.Count != 0)
                _objects.RemoveAt(random.Below(_objects.Count));
        }
    }

    /// <summary>Lets go of all, and returns what has to be disposed of.</summary>
    internal IReadOnlyList<IDisposable> Empty()
    {
        lock (_lock)
        {
            IDisposable[] disposables = [.. _objects.OfType<IDisposable>(), .. _runtimes];
            _objects.Clear();
            _runtimes.Clear();
            return disposables;
        }
    }

    // Numbers, texts and arrays are in the pool to be arguments; what is to be called is an object of the library.
    static bool IsLive(object value) => value.GetType() is { IsClass: true } type && type.Assembly == typeof(BpfRuntime).Assembly;
}
