// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;

namespace NopTap.Cli.Listings;

/// <summary>Lines of the source beside instructions.</summary>
static class SourceText
{
    /// <summary>File, without its folders, and line.</summary>
    public static string Place(LineInfo line) => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(line.File)}:{line.Line}");

    /// <summary>As bpftool prints it: <c>; int len = …</c>, with <c>linum</c> also the place.</summary>
    public static string Comment(LineInfo line, bool withPlace)
    {
        string text = $"; {line.Text.Trim()}";
        return withPlace
            ? string.Create(CultureInfo.InvariantCulture, $"{text} [file:{line.File} line_num:{line.Line} line_col:{line.Column}]")
            : text;
    }
}
