// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Cfg;

namespace NopTap.Verifier.Exploration;

sealed partial class Explorer
{
    RefusedPath? _refused;

    /// <summary>Adds the path with its states to a rejection: the exploration is made once more, with an eye on the path that is refused.</summary>
    public static Rejection Tell(
        ControlFlowGraph graph, VerificationRequest request, RegisterSet[] live, Rejection rejection, RefusedPath refused, bool exact = false)
    {
        var recorder = new PathRecorder(refused) { History = new History() };
        var explorer = new Explorer(graph, request, live, recorder, exact);
        recorder.History = explorer._history;
        explorer.RunAll();
        var telling = new PathTelling(graph, request, explorer._history, refused, recorder.Before);
        int slot = rejection.Diagnostic.Place.Instruction ?? -1;
        Rejection told = rejection with { Path = telling.Tell(), Values = telling.Values(slot) };
        if (told.Values.IsEmpty && refused.Register < 0)
            return told;
        return new Advice(request, told, telling.State, graph.Code[slot], refused.Register).Text() is string advice ? told with { Suggestion = advice + OwnArguments(rejection) } : told;
    }

    // What is said of the arguments of a global function belongs to every suggestion.
    static string OwnArguments(Rejection rejection)
    {
        int at = rejection.Diagnostic.Hint.IndexOf("; '", StringComparison.Ordinal);
        return at >= 0 && rejection.Diagnostic.Hint.Contains("is global and so verified once", StringComparison.Ordinal) ? rejection.Diagnostic.Hint[at..] : "";
    }

    void NoteRefused(int register, int since)
    {
        int count = 0;
        for (int entry = _path.History; entry >= 0 && count < PathTelling.LookBack; entry = _history[entry].Previous)
            count++;
        var entries = new int[count];
        var made = new int[count];
        for (int entry = _path.History; count > 0; entry = _history[entry].Previous)
        {
            entries[--count] = entry;
            made[count] = _history[entry].IsSecond ? entry - 1 : entry;
        }

        if (since == NoPath)
            return;
        bool executing = entries.Length != 0 && _history[_path.History].Slot == _path.Slot;
        _refused = new RefusedPath(entries, made, executing, register, since);
    }
}
