// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace NopTap;

/// <summary>Programs, maps, probes or functions of an object, by name or in the order of the object. Immutable.</summary>
/// <remarks>Static functions of several source files may share a name: then it finds the first, an index finds all.</remarks>
/// <typeparam name="T">What it holds.</typeparam>
public sealed class NamedCollection<T> : IReadOnlyList<T>
    where T : class
{
    readonly ImmutableArray<T> _items;
    readonly FrozenDictionary<string, T> _byName;
    readonly string _noun;

    internal NamedCollection(string noun, ImmutableArray<T> items, Func<T, string> nameOf)
        : this(noun, items, [.. items.Select(nameOf)])
    {
    }

    internal NamedCollection(string noun, ImmutableArray<T> items, ImmutableArray<string> names)
    {
        _noun = noun;
        _items = items;
        var byName = new Dictionary<string, T>(items.Length);
        for (int i = 0; i < items.Length; i++)
            byName.TryAdd(names[i], items[i]);
        _byName = byName.ToFrozenDictionary();
    }

    /// <summary>How many.</summary>
    public int Count => _items.Length;

    /// <summary>The one at an index.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public T this[int index] => (uint)index < (uint)_items.Length
        ? _items[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"the object has {Count} of kind {_noun}");

    /// <summary>The one with a name.</summary>
    /// <param name="name">Name as in the source.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those that exist.</exception>
    public T this[string name] => TryGet(name, out T? item)
        ? item
        : throw new KeyNotFoundException($"{_noun} '{name}' does not exist; the object has {(Count == 0 ? "none" : string.Join(", ", _byName.Keys.Order()))}");

    /// <summary>Looks one up.</summary>
    /// <param name="name">Name as in the source.</param>
    /// <param name="item">The one with that name.</param>
    /// <returns>Whether it exists.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out T? item) => _byName.TryGetValue(name, out item);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
