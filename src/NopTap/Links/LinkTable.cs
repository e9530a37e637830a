// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>The links of a runtime by id. Thread-safe.</summary>
/// <remarks>An id is reserved when a link is primed and can be looked up once it is settled; ids are handed out in a cycle.</remarks>
internal sealed class LinkTable
{
    readonly Lock _lock = new();
    readonly SortedDictionary<uint, (BpfLink Link, bool IsSettled)> _links = [];
    uint _last;

    /// <summary>Highest id.</summary>
    internal uint MaximumId { get; init; } = int.MaxValue;

    /// <summary>Ids in use, those of links that are being made included.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _links.Count;
        }
    }

    /// <summary>Reserves an id for a link that nobody can look up yet.</summary>
    /// <exception cref="BpfOperationException">All are in use.</exception>
    internal uint Prime(BpfLink link)
    {
        lock (_lock)
        {
            if ((uint)_links.Count >= MaximumId)
            {
                throw new BpfOperationException(RuntimeDiagnostics.LinkIdsExhausted.At(
                    default, $"all {MaximumId} link ids are in use", "dispose links that are no longer needed"));
            }

            do
                _last = _last == MaximumId ? 1 : _last + 1;
            while (_links.ContainsKey(_last));
            _links.Add(_last, (link, false));
            return _last;
        }
    }

    /// <summary>Lets a primed link be looked up. Cannot fail.</summary>
    internal void Settle(BpfLink link)
    {
        lock (_lock)
            _links[link.Id] = (link, true);
    }

    /// <summary>Gives back the id of a link, settled or not.</summary>
    internal void Free(uint id)
    {
        lock (_lock)
            _links.Remove(id);
    }

    /// <summary>Settled links by id.</summary>
    internal IReadOnlyList<BpfLink> All()
    {
        lock (_lock)
            return [.. _links.Values.Where(entry => entry.IsSettled).Select(entry => entry.Link)];
    }

    /// <summary>Links of which a program is target or observer, those that are being made included.</summary>
    internal IReadOnlyList<BpfLink> OfProgram(ITracedProgram program)
    {
        lock (_lock)
            return [.. _links.Values.Where(entry => entry.Link.Involves(program)).Select(entry => entry.Link)];
    }

    /// <summary>Looks a link up.</summary>
    /// <exception cref="BpfOperationException">There is none, or it is not settled yet.</exception>
    internal BpfLink Get(uint id)
    {
        (BpfLink Link, bool IsSettled) entry;
        bool exists;
        lock (_lock)
            exists = _links.TryGetValue(id, out entry);
        if (!exists)
        {
            throw new BpfOperationException(RuntimeDiagnostics.LinkUnknown.At(
                default, $"link {id} does not exist", "list the links of the runtime for the ids that do"));
        }

        if (!entry.IsSettled)
        {
            throw new BpfOperationException(RuntimeDiagnostics.LinkNotSettled.At(
                default, $"link {id} is being made", "try again when its attachment has returned"));
        }

        return entry.Link;
    }
}
