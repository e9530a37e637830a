// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;

namespace NopTap.TestKit.Cases;

/// <summary>One case while its lines are read.</summary>
sealed class CaseBuilder(string name, string path)
{
    readonly ImmutableDictionary<string, CaseSection>.Builder _sections = ImmutableDictionary.CreateBuilder<string, CaseSection>();
    readonly List<string> _body = [];
    string? _section;
    string _argument = "";
    int _line;

    internal void Begin(string header, int line)
    {
        Close();
        int space = header.IndexOf(' ', StringComparison.Ordinal);
        _section = space < 0 ? header : header[..space];
        _argument = space < 0 ? "" : header[space..].Trim();
        _line = line;
        if (!TestCase.KnownSections.Contains(_section))
            throw new CaseFormatException(path, line, $"no section is called '{_section}'");
        if (_sections.ContainsKey(_section))
            throw new CaseFormatException(path, line, $"case '{name}' has two sections '{_section}'");
    }

    internal void Add(string line, int number)
    {
        if (_section is not null)
            _body.Add(line);
        else if (line.Trim().Length != 0 && !line.StartsWith('#'))
            throw new CaseFormatException(path, number, "text stands before the first section; begin comments with #");
    }

    internal TestCase? Build()
    {
        Close();
        return _sections.Count == 0 ? null : new TestCase(name, path, _sections.ToImmutable());
    }

    void Close()
    {
        if (_section is null)
            return;
        int lines = _body.Count;
        _sections.Add(_section, new CaseSection(_section, _argument, Dedented(), _line, lines));
        _body.Clear();
        _section = null;
    }

    // The body without blank lines around it and without the indentation that all its lines share.
    string Dedented()
    {
        int indentation = _body.Where(line => line.Trim().Length != 0)
            .Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', _body.Select(line => line[Math.Min(indentation, line.Length)..])).Trim('\n').TrimEnd();
    }
}
