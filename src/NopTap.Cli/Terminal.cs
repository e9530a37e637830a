// SPDX-License-Identifier: Apache-2.0

using Spectre.Console;

namespace NopTap.Cli;

/// <summary>Where a command reads and writes. The process's console in Program.cs, strings in tests.</summary>
sealed class Terminal
{
    /// <summary>Columns where there is no terminal to ask.</summary>
    public const int DefaultWidth = 100;

    IAnsiConsole? _styled;

    /// <summary>Standard input.</summary>
    public required TextReader In { get; init; }

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Diagnostics and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether results go to a terminal that shows colours.</summary>
    public bool HasColor { get; init; }

    /// <summary>Whether somebody would see a progress bar on <see cref="Error"/>.</summary>
    public bool HasProgress { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Ctrl-C.</summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>Writes a line of Spectre markup: in colour on a terminal, else as plain text.</summary>
    public void Line(string markup)
    {
        if (HasColor)
            (_styled ??= Styled(Out, hasColor: true, Width)).MarkupLine(markup);
        else
            Out.WriteLine(Markup.Remove(markup));
    }

    /// <summary>A console of the library's for progress bars.</summary>
    public IAnsiConsole ForProgress() => Styled(Error, HasProgress, Width);

    static IAnsiConsole Styled(TextWriter writer, bool hasColor, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasColor ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = hasColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = hasColor ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        return console;
    }
}
