// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NopTap.Isa;

namespace NopTap.Verifier;

/// <summary>Why a program is refused, so that a person can mend it: what, where, how it came there, what to do.</summary>
/// <param name="Diagnostic">The rejection in one line, with its id.</param>
/// <param name="Instruction">Text of the instruction; empty where the whole program is at fault.</param>
/// <param name="SourceText">Its C line; empty when the object has no line records.</param>
/// <param name="Path">The steps of the refused path that matter, oldest first.</param>
public sealed record Rejection(Diagnostic Diagnostic, string Instruction, string SourceText, ImmutableArray<RejectionStep> Path)
{
    /// <summary>Title of its kind.</summary>
    public string Title => Diagnostic.Descriptor.Title;

    /// <summary>What is wrong, with the values.</summary>
    public string Reason => Diagnostic.Message;

    /// <summary>What to change.</summary>
    public string Suggestion => Diagnostic.Hint;

    /// <summary>One screen of text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Diagnostic.Id} {Title}\n");
        text.Append(CultureInfo.InvariantCulture, $"Reason      {Reason}\n");
        text.Append(CultureInfo.InvariantCulture, $"At          {Diagnostic.Place}\n");
        if (Instruction.Length != 0)
            text.Append(CultureInfo.InvariantCulture, $"            {Instruction}\n");
        if (SourceText.Length != 0)
            text.Append(CultureInfo.InvariantCulture, $"            {SourceText}\n");
        string head = "Path        ";
        foreach (RejectionStep step in Path)
        {
            text.Append(head).Append(step).Append('\n');
            head = "            ";
        }

        text.Append(CultureInfo.InvariantCulture, $"Suggestion  {Suggestion}\n");
        return text.ToString();
    }
}

/// <summary>One instruction on a refused path.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Instruction">Its text.</param>
/// <param name="Source">C file and line, as <c>count.bpf.c:31</c>; empty when unknown.</param>
/// <param name="SourceText">The C line; empty when unknown.</param>
public sealed record RejectionStep(int Slot, string Instruction, string Source, string SourceText)
{
    /// <inheritdoc/>
    public override string ToString() => Source.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Slot}: {Instruction}")
        : string.Create(CultureInfo.InvariantCulture, $"{Slot}: {Instruction}  ; {SourceText} ({Source})");
}
