// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Cli.Listings;
using NopTap.Cli.Values;
using NopTap.Formats;
using NopTap.Jit;
using Spectre.Console;

namespace NopTap.Cli.Demo;

/// <summary>The demo on one screen.</summary>
sealed class DemoScreen
{
    const int CodeColumn = 26;

    readonly Terminal _terminal;
    readonly DemoFindings _seen;
    int _step;

    DemoScreen(Terminal terminal, DemoFindings seen) => (_terminal, _seen) = (terminal, seen);

    /// <summary>Writes what was seen.</summary>
    public static void Show(Terminal terminal, DemoFindings seen) => new DemoScreen(terminal, seen).Show();

    void Show()
    {
        Head($"An XDP firewall that clang built is loaded: {_seen.Instructions} BPF instructions, {_seen.CodeBytes} bytes of x86-64,");
        Line($"   verified, compiled and placed in {Milliseconds(_seen.LoadTime)} (the second time; the first also warms .NET up).");
        ShowProbes();
        Head($"{_seen.Packets} packets run on it while nobody looks.");
        Line($"   [green]{Text(_seen.Verdicts[0])}[/]");
        Head($"The machine code at probe '{Name(_seen.Shown)}' is a 5-byte NOP. Its line of C:");
        Line($"   [grey]{Text(Source(_seen.Line))}[/]");
        ShowCode(_seen.Site[0]);
        Head("An observer is attached. The same five bytes are now a CALL of its trampoline:");
        ShowLine(_seen.Site[1].Site, _seen.Site[1].State);
        Line($"   Lazy probe '{Name(_seen.Lazy)}' too: what computes its arguments stands out of line, a JMP now leads there.");
        ShowLine(_seen.Arming[0].Site, _seen.Arming[0].State);
        ShowLine(_seen.Arming[1].Site, _seen.Arming[1].State);
        Head("The same packets run again. Typed events appear:");
        ShowEvents();
        Head("The observers are detached. The bytes are NOPs again:");
        ShowLine(_seen.Site[2].Site, _seen.Site[2].State);
        ShowLine(_seen.Arming[2].Site, _seen.Arming[2].State);
        Head("What the firewall decided, and what a packet cost:");
        ShowVerdicts();
        ShowClaims();
    }

    void ShowProbes()
    {
        Head($"Its {_seen.Probes.Count} static probes, as the source declares them:");
        foreach (ProbeSpec probe in _seen.Probes)
        {
            string sites = probe.Sites.Length == 1 ? "1 site" : string.Create(CultureInfo.InvariantCulture, $"{probe.Sites.Length} sites");
            string lazy = probe.Sites.Any(site => site.IsLazy) ? ", lazy" : "";
            string prototype = probe.ToString();
            int space = Math.Max(2, 80 - prototype.Length);
            Line($"   [cyan]{Text(Name(prototype))}[/]{Text(prototype[Name(prototype).Length..])}{new string(' ', space)}[grey]{sites}{lazy}[/]");
        }
    }

    void ShowCode(SiteView view)
    {
        for (int i = 0; i < view.Lines.Length; i++)
            ShowLine(view.Lines[i], i == view.Index ? view.State : null);
    }

    void ShowLine(CodeLine line, SiteState? state)
    {
        string mark = state is null ? " " : ">";
        string bytes = BtfValue.Hex(line.Bytes).ToString();
        if (bytes.Length > CodeColumn - 2)
            bytes = bytes[..(CodeColumn - 5)] + "...";
        string text = string.Create(CultureInfo.InvariantCulture, $" {mark} {line.Address:x12}  {bytes.PadRight(CodeColumn)}{line.Text}");
        string color = state switch
        {
            SiteState.Nop => "yellow",
            SiteState.Call or SiteState.Jump => "red",
            _ => "grey",
        };
        string label = state is null ? "" : $"   {state.ToString()!.ToUpperInvariant().Replace("JUMP", "JMP", StringComparison.Ordinal)}";
        Line($"[{color}]{Text(text)}[/][bold]{label}[/]");
    }

    void ShowEvents()
    {
        foreach (DemoEvent e in _seen.Events)
            Line(string.Create(CultureInfo.InvariantCulture, $"   [grey]packet {e.Packet,3}[/]  [cyan]{Text(Name(e.Text))}[/]{Text(e.Text[Name(e.Text).Length..])}"));
        string hits = string.Join(", ", _seen.Hits.Select(hit => string.Create(CultureInfo.InvariantCulture, $"{hit.Probe} {hit.Hits}")));
        Line($"   [grey]... hits in all: {Text(hits)}; missed: {_seen.Hits.Sum(hit => (long)hit.Misses)}[/]");
    }

    void ShowVerdicts()
    {
        string[] moments = ["before", "observed", "after"];
        for (int i = 0; i < moments.Length; i++)
        {
            string cost = i switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $"{_seen.IdleNanoseconds,6:f1} ns a packet"),
                1 => string.Create(CultureInfo.InvariantCulture, $"{_seen.ObservedNanoseconds,6:f1} ns a packet, a C# delegate counting at 'verdict'"),
                _ => "",
            };
            Line($"   {moments[i],-9} [green]{Text(_seen.Verdicts[i])}[/]   {cost}".TrimEnd());
        }
    }

    void ShowClaims()
    {
        int held = _seen.Claims.Count(claim => claim.Holds);
        foreach (DemoClaim claim in _seen.Claims.Where(claim => !claim.Holds))
            Line($"   [red]not so: {Text(claim.Text)} ({Text(claim.Seen)})[/]");
        string color = held == _seen.Claims.Count ? "green" : "red";
        string equal = _seen.Verdicts.Distinct().Count() == 1 ? "Verdicts are equal throughout. " : "";
        Line("");
        Line($"[{color}]{equal}{held} of {_seen.Claims.Count} claims of this page were checked and hold.[/]");
    }

    void Head(string text)
    {
        _step++;
        Line($"[bold]{_step}. {Text(text)}[/]");
    }

    void Line(string markup) => _terminal.Line(markup);

    static string Text(string text) => Markup.Escape(text);

    static string Name(string prototype) => prototype[..prototype.IndexOf('(', StringComparison.Ordinal)];

    static string Source(LineInfo? line) => line is null ? "" : $"{SourceText.Place(line)}  {line.Text.Trim()}";

    static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:f1} ms");
}
