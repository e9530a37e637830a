// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace NopTap.Benchmarks.Harness;

/// <summary>Writes one JSON document.</summary>
public sealed class JsonReport(Stream output) : IReport, IDisposable
{
    readonly Utf8JsonWriter _writer = new(output, new JsonWriterOptions { Indented = true });

    /// <inheritdoc/>
    public void Begin(Machine machine)
    {
        _writer.WriteStartObject();
        foreach ((string name, string value) in machine.Lines)
            _writer.WriteString(name, value);
        _writer.WriteStartArray("comparisons");
    }

    /// <inheritdoc/>
    public void Add(ComparisonResult result)
    {
        _writer.WriteStartObject();
        _writer.WriteString("name", result.Comparison.Name);
        _writer.WriteString("unit", "ns " + result.Comparison.Unit);
        _writer.WriteStartArray("sides");
        foreach (SideResult side in result.Sides)
            Write(side);
        _writer.WriteEndArray();
        _writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public void End()
    {
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
        output.WriteByte((byte)'\n');
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    void Write(SideResult side)
    {
        _writer.WriteStartObject();
        _writer.WriteString("side", side.Name);
        _writer.WriteNumber("ns", side.Nanoseconds);
        _writer.WriteNumber("added", side.Added);
        _writer.WriteNumber("ratio", side.Ratio);
        _writer.WriteNumber("lowestRatio", side.LowestRatio);
        _writer.WriteNumber("highestRatio", side.HighestRatio);
        _writer.WriteNumber("bytesPerCall", side.BytesPerCall);
        _writer.WriteEndObject();
    }
}
