// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Trampolines;

/// <summary>A place in an interpreted program. Only open observers are published, so gates need nothing else.</summary>
internal sealed class InterpretedSite : ITrampolineSite
{
    readonly InterpreterProbes _probes;
    readonly TrampolinePlace _place;
    readonly int _index;
    TrampolineNode[] _entry = [];
    TrampolineNode[] _exit = [];

    /// <summary>A site or function by its index in the verified program.</summary>
    internal InterpretedSite(InterpreterProbes probes, TrampolinePlace place, int index) =>
        (_probes, _place, _index) = (probes, place, index);

    public ulong Address => 0;

    public Action? Install(IReadOnlyList<TrampolineNode> entry, IReadOnlyList<TrampolineNode> exit)
    {
        _entry = [.. entry];
        _exit = [.. exit];
        Publish();
        return null;
    }

    public void Open(TrampolineNode node) => Publish();

    public void Close(TrampolineNode node) => Publish();

    public Action? Clear() => Install([], []);

    public void Arm()
    {
        if (_place == TrampolinePlace.ProbeSite)
            _probes.SetArmed(_index, true);
    }

    public void Disarm()
    {
        if (_place == TrampolinePlace.ProbeSite)
            _probes.SetArmed(_index, false);
    }

    public void Synchronize()
    {
        // Published by volatile writes; whoever frees waits for the epoch.
    }

    void Publish()
    {
        if (_place == TrampolinePlace.ProbeSite)
            _probes.SetSite(_index, OpenOnes(_entry));
        else
            _probes.SetFunction(_index, OpenOnes(_entry), OpenOnes(_exit));
    }

    static TrampolineNode[]? OpenOnes(TrampolineNode[] nodes)
    {
        TrampolineNode[] open = [.. nodes.Where(node => node.IsOpen)];
        return open.Length == 0 ? null : open;
    }
}
