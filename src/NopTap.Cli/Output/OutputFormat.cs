// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Cli.Output;

/// <summary>How results are written.</summary>
enum OutputFormat
{
    /// <summary>For people.</summary>
    Plain,

    /// <summary>One JSON document on one line.</summary>
    Json,

    /// <summary>One JSON document, indented.</summary>
    PrettyJson,
}
