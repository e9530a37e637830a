// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using NopTap.Cli.Output;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;
using NopTap.Verifier.Exploration;

namespace NopTap.Cli.Listings;

/// <summary>An exploration for a program: an object a line, as it goes.</summary>
/// <remarks>
/// <c>event</c> is <c>path</c> (with all that is known), <c>insn</c> (with what the instruction before it changed), <c>fork</c>, <c>end</c>,
/// <c>covered</c> or <c>refused</c>; <c>path</c> numbers the path. Values are written as the kernel's verifier log writes them.
/// </remarks>
sealed class ExplorationJson : ExplorationTrace
{
    readonly TextWriter _out;
    readonly ProgramSpec _program;
    readonly StateChanges _changes;
    int _from = -1;
    bool _isNew;

    /// <summary>Makes one for a program.</summary>
    public ExplorationJson(VerificationRequest request, TextWriter output)
    {
        _out = output;
        _program = request.Program;
        _changes = new StateChanges(request.Maps);
    }

    /// <inheritdoc/>
    public override void Starts(PathState path, int from) => (_isNew, _from) = (true, from);

    /// <inheritdoc/>
    public override void Steps(int slot, PathState path)
    {
        JsonObject json = Settled("insn", path);
        json["insn"] = slot;
        json["disasm"] = InstructionFormatter.Format(_program.Instructions.AsSpan(), slot);
        json["frame"] = path.Depth;
        if (_program.LineAt(slot) is LineInfo line)
        {
            json["source"] = SourceText.Place(line);
            json["src"] = line.Text.Trim();
        }

        Write(json);
    }

    /// <inheritdoc/>
    public override void Forks(PathState path, PathState waiting) =>
        Write(new JsonObject { ["event"] = "fork", ["path"] = path.Number, ["waits"] = waiting.Number, ["at"] = waiting.Slot });

    /// <inheritdoc/>
    public override void Ends(PathState path) => Write(new JsonObject { ["event"] = "end", ["path"] = path.Number });

    /// <inheritdoc/>
    public override void IsCovered(PathState path, Checkpoint by)
    {
        JsonObject json = Settled("covered", path);
        json["at"] = path.Slot;
        json["by"] = by.State.Number;
        Write(json);
    }

    /// <inheritdoc/>
    public override void IsRefused(PathState path, Rejection rejection) =>
        Write(new JsonObject { ["event"] = "refused", ["path"] = path.Number, ["id"] = rejection.Diagnostic.Id });

    JsonObject Settled(string name, PathState path)
    {
        if (_isNew)
        {
            _isNew = false;
            var start = new JsonObject { ["event"] = "path", ["path"] = path.Number, ["at"] = path.Slot };
            if (_from >= 0)
                start["from"] = _from;
            start["state"] = State(_changes.All(path));
            Write(start);
            return new JsonObject { ["event"] = name, ["path"] = path.Number };
        }

        List<(string Place, string Value)> changes = _changes.Since(path);
        var json = new JsonObject { ["event"] = name, ["path"] = path.Number };
        if (changes.Count != 0)
            json["changed"] = State(changes);
        return json;
    }

    static JsonObject State(List<(string Place, string Value)> places)
    {
        var json = new JsonObject();
        foreach ((string place, string value) in places)
            json[place] = value;
        return json;
    }

    void Write(JsonObject json) => _out.Write(JsonOutput.ToText(json, isIndented: false) + "\n");
}
