// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace NopTap.TestKit.Children;

/// <summary>Reads a stream to its end and keeps the last of it, so that a child that prints without end costs no memory.</summary>
sealed class OutputTail
{
    const int Kept = 256 << 10;

    readonly StringBuilder _text = new();
    readonly Task _reading;
    bool _isCut;

    internal OutputTail(TextReader reader, Action<string>? onLine) => _reading = Task.Run(() => ReadAsync(reader, onLine));

    internal string End()
    {
        _reading.GetAwaiter().GetResult();
        return _isCut ? $"[...]\n{_text}" : _text.ToString();
    }

    async Task ReadAsync(TextReader reader, Action<string>? onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (onLine is not null)
            {
                onLine(line);
                continue;
            }

            _text.Append(line).Append('\n');
            if (_text.Length > 2 * Kept)
            {
                _text.Remove(0, _text.Length - Kept);
                _isCut = true;
            }
        }
    }
}
