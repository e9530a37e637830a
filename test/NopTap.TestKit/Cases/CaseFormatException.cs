// SPDX-License-Identifier: Apache-2.0

namespace NopTap.TestKit.Cases;

/// <summary>A case file that breaks the format.</summary>
public sealed class CaseFormatException(string path, int line, string message, Exception? inner = null)
    : Exception($"{path}:{line}: {message}", inner);
