// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.Cli.Output;

/// <summary>Columns of text, two spaces apart.</summary>
sealed class TextTable(params string[] headings)
{
    readonly List<string[]> _rows = [headings];
    readonly HashSet<int> _right = [];

    /// <summary>Aligns a column to the right.</summary>
    public TextTable Right(params ReadOnlySpan<int> columns)
    {
        foreach (int column in columns)
            _right.Add(column);
        return this;
    }

    /// <summary>Appends a row.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>The lines, the headings first.</summary>
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            var line = new StringBuilder();
            for (int column = 0; column < row.Length; column++)
            {
                string cell = _right.Contains(column) ? row[column].PadLeft(widths[column]) : row[column].PadRight(widths[column]);
                line.Append(column == 0 ? "" : "  ").Append(cell);
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
