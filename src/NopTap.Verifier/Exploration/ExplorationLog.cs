// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

/// <summary>
/// Writes an exploration as it goes, an instruction a line with what it changed, in the manner of the kernel's verifier log. Nothing is kept
/// but the last state.
/// </summary>
/// <remarks>What an instruction changed is known when the next is come to, so its line ends there.</remarks>
sealed class ExplorationLog : ExplorationTrace
{
    const int Column = 44;

    readonly TextWriter _out;
    readonly ProgramSpec _program;
    readonly StateChanges _changes;
    LineInfo? _line;
    string _header = "";
    int _width = -1;

    public ExplorationLog(VerificationRequest request, TextWriter output)
    {
        _out = output;
        _program = request.Program;
        _changes = new StateChanges(request.Maps);
    }

    public override void Starts(PathState path, int from)
    {
        EndLine("");
        FunctionSpec function = _program.FunctionAt(path.Slot);
        _header = from < 0
            ? string.Create(CultureInfo.InvariantCulture, $"func {function.Name}() @{path.Slot}, path {path.Number}:")
            : string.Create(CultureInfo.InvariantCulture, $"from {from} to {path.Slot}, path {path.Number}:");
        _line = null;
    }

    public override void Steps(int slot, PathState path)
    {
        Settle(path);
        if (_program.LineAt(slot) is LineInfo line && (line.Line != _line?.Line || line.File != _line.File))
        {
            _out.Write($"; {line.Text.Trim()} @ {ProgramPlaces.Source(line)}\n");
            _line = line;
        }

        string frame = path.Depth == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{path.Depth}] ");
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{frame}{slot}: {InstructionFormatter.Format(_program.Instructions.AsSpan(), slot)}");
        _out.Write(text);
        _width = text.Length;
    }

    public override void Forks(PathState path, PathState waiting) => Note(
        string.Create(CultureInfo.InvariantCulture, $"path {waiting.Number} waits for {waiting.Slot}"));

    public override void Ends(PathState path)
    {
        EndLine("");
        _out.Write(string.Create(CultureInfo.InvariantCulture, $"path {path.Number} ends\n"));
    }

    public override void IsCovered(PathState path, Checkpoint by)
    {
        Settle(path);
        _out.Write(string.Create(CultureInfo.InvariantCulture, $"{path.Slot}: safe, as path {by.State.Number} was here\n"));
    }

    public override void IsRefused(PathState path, Rejection rejection)
    {
        EndLine("");
        _out.Write(string.Create(CultureInfo.InvariantCulture, $"path {path.Number} is refused: {rejection.Diagnostic}\n"));
    }

    /// <summary>The last line: figures of the whole.</summary>
    public void Finish(VerificationStatistics statistics) => _out.Write(string.Create(
        CultureInfo.InvariantCulture, $"processed {statistics.Steps} insns, stored {statistics.States} states, at most {statistics.PeakWaiting} paths waiting\n"));

    // The header of a path with all that is known, or the end of the line of the last instruction with what it changed.
    void Settle(PathState path)
    {
        if (_header.Length != 0)
        {
            _out.Write($"{_header} {Text(_changes.All(path))}\n");
            _header = "";
            return;
        }

        EndLine(Text(_changes.Since(path)));
    }

    void Note(string note)
    {
        if (_width < 0)
            return;
        Pad();
        _out.Write(note);
        _width += note.Length;
    }

    void EndLine(string changes)
    {
        if (_width < 0)
            return;
        if (changes.Length != 0)
        {
            Pad();
            _out.Write(changes);
        }

        _out.Write('\n');
        _width = -1;
    }

    void Pad()
    {
        string gap = _width < Column ? "; ".PadLeft(Column - _width + 2) : "; ";
        _out.Write(_width < Column ? gap : " " + gap);
        _width = Math.Max(_width, Column);
    }

    static string Text(List<(string Place, string Value)> changes)
    {
        if (changes.Count == 0)
            return "";
        var text = new System.Text.StringBuilder();
        foreach ((string place, string value) in changes)
            text.Append(text.Length == 0 ? "" : " ").Append(place).Append('=').Append(value);
        return text.ToString();
    }
}
