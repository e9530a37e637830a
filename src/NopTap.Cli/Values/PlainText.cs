// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;

namespace NopTap.Cli.Values;

/// <summary>Values for people: <c>{packets = 3, bytes = 180}</c>.</summary>
static class PlainText
{
    /// <summary>A value on one line.</summary>
    public static string Of(JsonNode? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>Members of a structure with something between them, or any other value.</summary>
    public static string OfMembers(JsonNode? value, string separator) => value is JsonObject members
        ? string.Join(separator, members.Select(member => $"{member.Key} = {Of(member.Value)}"))
        : Of(value);

    static void Append(StringBuilder text, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                text.Append('{');
                bool isFirst = true;
                foreach ((string name, JsonNode? member) in members)
                {
                    text.Append(isFirst ? "" : ", ").Append(name).Append(" = ");
                    Append(text, member);
                    isFirst = false;
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                for (int i = 0; i < items.Count; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    Append(text, items[i]);
                }

                text.Append(']');
                break;
            default:
                text.Append(value);
                break;
        }
    }
}
