// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>Why a program is refused, so that a person can fix it: what, where, how it came there, what to do.</summary>
/// <param name="Diagnostic">The rejection in one line, with its id.</param>
/// <param name="Instruction">Text of the instruction; empty where the whole program is at fault.</param>
/// <param name="SourceText">Its C line; empty when the object has no line records.</param>
/// <param name="Path">The steps of the refused path that matter, oldest first.</param>
public sealed record Rejection(Diagnostic Diagnostic, string Instruction, string SourceText, ImmutableArray<RejectionStep> Path)
{
    /// <summary>The rejection in one line, with its id.</summary>
    public Diagnostic Diagnostic { get; init; } = Diagnostic ?? throw new ArgumentNullException(nameof(Diagnostic));

    /// <summary>The steps of the refused path that matter, oldest first.</summary>
    public ImmutableArray<RejectionStep> Path { get; init; } = Path.IsDefault ? [] : Path;

    /// <summary>Title of its kind.</summary>
    public string Title => Diagnostic.Descriptor.Title;

    /// <summary>What is wrong, with the values.</summary>
    public string Reason => Diagnostic.Message;

    /// <summary>What to change.</summary>
    public string Suggestion { get; init; } = Diagnostic?.Hint ?? "";

    /// <summary>What the registers that the instruction uses held; empty where it was refused for something else.</summary>
    public ImmutableArray<RegisterValue> Values { get; init; } = [];

    /// <summary>One screen of text: of a long path the beginning and the end, a line of C each.</summary>
    public override string ToString() => RejectionLayout.Brief(this);

    /// <summary>The whole path, an instruction a step, with the registers that it used and left.</summary>
    public string ToDetailedString() => RejectionLayout.Detailed(this);
}

/// <summary>One instruction on a refused path.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Instruction">Its text.</param>
/// <param name="Source">C file and line, as <c>count.bpf.c:31</c>; empty when unknown.</param>
/// <param name="SourceText">The C line; empty when unknown.</param>
public sealed record RejectionStep(int Slot, string Instruction, string Source, string SourceText)
{
    /// <summary>What the registers and stack slots that it uses held before.</summary>
    public ImmutableArray<RegisterValue> Before { get; init; } = [];

    /// <summary>What those that matter later held behind it.</summary>
    public ImmutableArray<RegisterValue> After { get; init; } = [];

    /// <summary>Of a conditional jump, whether the path took it; else null.</summary>
    public bool? IsTaken { get; init; }

    /// <summary>Whether the path ended its function at this instruction, which is no exit: a packet load outside of the packet, a tail call.</summary>
    public bool EndsFunction { get; init; }

    /// <summary>Of a conditional jump, or where the function ended, where the path went on: C file and line, or the instruction; else empty.</summary>
    public string ContinuesAt { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => Source.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Slot}: {Instruction}")
        : string.Create(CultureInfo.InvariantCulture, $"{Slot}: {Instruction}  ; {SourceText} ({Source})");
}

/// <summary>What was known of a register or stack slot.</summary>
/// <param name="Place">For example <c>r2</c> or <c>stack r10-8</c>.</param>
/// <param name="Value">In words, for example <c>a number, 0 to 31</c>.</param>
public sealed record RegisterValue(string Place, string Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Place} = {Value}";
}
