// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace NopTap.Benchmarks.Harness;

/// <summary>Prints results as they come, in tables that Markdown understands and people can read.</summary>
public sealed class TextReport(TextWriter output) : IReport
{
    /// <inheritdoc/>
    public void Begin(Machine machine)
    {
        foreach ((string name, string value) in machine.Lines)
            output.WriteLine($"{name + ":",-9}{value}");
    }

    /// <inheritdoc/>
    public void Add(ComparisonResult result)
    {
        output.WriteLine();
        output.WriteLine($"{result.Comparison.Name} (ns {result.Comparison.Unit})");
        output.WriteLine();
        string[][] rows =
        [
            ["side", "ns", "added ns", "ratio", "min..max", "bytes"],
            .. result.Sides.Select(Row),
        ];
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        for (int i = 0; i < rows.Length; i++)
        {
            output.WriteLine(Line(rows[i], widths));
            if (i == 0)
                output.WriteLine(Line([.. widths.Select((width, column) => new string('-', width - (column == 0 ? 0 : 1)) + (column == 0 ? "" : ":"))], widths));
        }

        output.Flush();
    }

    /// <inheritdoc/>
    public void End()
    {
    }

    static string[] Row(SideResult side) =>
    [
        side.Name,
        Number(side.Nanoseconds),
        side.Added == 0 ? "" : Number(side.Added),
        Ratio(side.Ratio),
        $"{Ratio(side.LowestRatio)}..{Ratio(side.HighestRatio)}",
        side.IsViolation ? $"{Number(side.BytesPerCall)} !" : Math.Round(side.BytesPerCall).ToString("0", CultureInfo.InvariantCulture),
    ];

    static string Line(string[] cells, int[] widths) =>
        $"| {string.Join(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))} |";

    static string Number(double value) => value.ToString(Math.Abs(value) < 1000 ? "0.00" : "0", CultureInfo.InvariantCulture);

    static string Ratio(double value) => value.ToString(value < 100 ? "0.000" : "0", CultureInfo.InvariantCulture);
}
