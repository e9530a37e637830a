// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NopTap.Cli.Output;

/// <summary>Writes JSON documents.</summary>
static class JsonOutput
{
    /// <summary>A document as text.</summary>
    public static string ToText(JsonNode? node, bool isIndented)
    {
        var options = new JsonWriterOptions { Indented = isIndented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, options))
        {
            if (node is null)
                writer.WriteNullValue();
            else
                node.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Items as an array.</summary>
    public static JsonArray ArrayOf<T>(IEnumerable<T> items, Func<T, JsonNode?> convert)
    {
        var array = new JsonArray();
        foreach (T item in items)
            array.Add(convert(item));
        return array;
    }
}
