// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Makes a find smaller as long as the same disagreement stays: instructions go, or become <c>r0 = 0</c>.</summary>
public static class VerdictReducer
{
    const int MaximumPasses = 6;

    /// <summary>Reduces a program on which the verdicts differ.</summary>
    /// <param name="subject">The program.</param>
    public static Subject Reduce(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var oracle = Quirks.OracleFor(subject);
        string? kind = Disagreement(subject, oracle);
        if (kind is null)
            return subject;
        for (int pass = 0; pass < MaximumPasses; pass++)
        {
            int before = subject.Program.Instructions.Length;
            for (int chunk = 16; chunk > 0; chunk /= 4)
                subject = Drop(subject, oracle, kind, chunk);
            subject = Blank(subject, oracle, kind);
            if (subject.Program.Instructions.Length == before)
                break;
        }

        return subject;
    }

    static Subject Drop(Subject subject, KernelOracle oracle, string kind, int chunk)
    {
        for (int at = 0; at < ProgramEditor.Of(subject.Program).Places.Count;)
        {
            var editor = ProgramEditor.Of(subject.Program);
            for (int i = at; i < Math.Min(at + chunk, editor.Places.Count); i++)
                editor.Places[i].Gone = true;
            if (Try(subject, editor, oracle, kind) is Subject smaller)
                subject = smaller;
            else
                at += chunk;
        }

        return subject;
    }

    static Subject Blank(Subject subject, KernelOracle oracle, string kind)
    {
        for (int at = 0; at < ProgramEditor.Of(subject.Program).Places.Count; at++)
        {
            var editor = ProgramEditor.Of(subject.Program);
            ProgramEditor.Place place = editor.Places[at];
            if (place.Instruction.IsExit || place.Instruction == Ins.Mov64(Register.R0, 0))
                continue;
            (place.Instruction, place.Target, place.Map) = (Ins.Mov64(Register.R0, 0), null, null);
            subject = Try(subject, editor, oracle, kind) ?? subject;
        }

        return subject;
    }

    static Subject? Try(Subject subject, ProgramEditor editor, KernelOracle oracle, string kind)
    {
        if (editor.Build() is not ProgramSpec program || program.Instructions.Length == 0)
            return null;
        Subject candidate = subject with { Program = program };
        return Disagreement(candidate, oracle) == kind ? candidate : null;
    }

    /// <summary>How the verdicts differ, without numbers; null where they agree, or differ for a named reason.</summary>
    static string? Disagreement(Subject subject, KernelOracle oracle)
    {
        VerificationResult ours = ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps));
        KernelVerdict kernel = oracle.AskSafely(subject.Program);
        if (ours.IsAccepted == kernel.IsAccepted)
            return null;
        if (kernel.IsAccepted)
            return Quirks.OfKernelsOwn(subject, oracle) is null ? $"only the kernel accepts: {ours.Rejection!.Id}" : null;
        if (Quirks.Name(subject, oracle) is not null)
            return null;
        string first = kernel.Log.Split('\n')[0];
        return "only we accept: " + string.Concat(first.Where(c => !char.IsAsciiDigit(c) && c != '-'));
    }

    /// <summary>Name of the difference where the kernel alone refuses a program for another reason than safety; else null.</summary>
    public static string? NameOf(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var oracle = Quirks.OracleFor(subject);
        return Quirks.Name(subject, oracle);
    }

    /// <summary>Text of a case: the program with both verdicts.</summary>
    public static string Write(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        using var oracle = Quirks.OracleFor(subject);
        VerificationResult ours = ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps));
        KernelVerdict kernel = oracle.LoadSafely(subject.Program, log: true);
        return $"# {subject.Name}, reduced; program type {subject.Program.Type}\n# here: {ours.Rejection?.ToString() ?? "accepted"}\n"
            + $"# kernel: {(kernel.IsAccepted ? "accepted" : kernel.Reason)}\n-- asm\n{InstructionFormatter.FormatAll(subject.Program.Instructions.AsSpan())}";
    }
}
