// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;

namespace NopTap.Fuzz.Verdicts;

/// <summary>
/// Tells differences that are no matter of safety from those that are. None is believed: the kernel is asked again about a program in which
/// just the named difference is gone, and must accept it.
/// </summary>
static class Quirks
{
    const int Rounds = 12;
    const string ProcessorCount = "the kernel knows how many processors the machine has";

    static readonly string[] s_bugs = ["No program to jit", "backtracking misuse"];

    /// <summary>Whether types tell what the program's functions return.</summary>
    public static bool IsTyped(ProgramSpec program) => program.Functions.Length == 1 || program.Functions[1].BtfTypeId != 0;

    /// <summary>The kernel, which is shown types where the program has them.</summary>
    public static KernelOracle OracleFor(Subject subject) => new(subject.Maps) { OmitTypes = !IsTyped(subject.Program) };

    /// <summary>Names the difference.</summary>
    /// <param name="subject">A program that our verifier accepts and the kernel refuses.</param>
    /// <param name="oracle">The kernel.</param>
    /// <returns>Null where the kernel cannot be shown to refuse for another reason than safety.</returns>
    public static string? Name(Subject subject, KernelOracle oracle)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        // More knowledge may refuse more: a known offset meets a stored address where an unknown one meets bytes.
        if (WithoutProcessors(subject) is Subject changed && oracle.AskSafely(changed.Program).IsAccepted)
            return ProcessorCount;
        return Settle(subject, oracle, names, Rounds) ? string.Join(" and ", names) : null;
    }

    /// <summary>Names what the kernel knows beyond this runtime, where that alone makes it accept.</summary>
    /// <param name="subject">A program that the kernel accepts and our verifier refuses.</param>
    /// <param name="oracle">The kernel.</param>
    public static string? OfKernelsOwn(Subject subject, KernelOracle oracle)
    {
        return WithoutProcessors(subject) is Subject changed && !oracle.AskSafely(changed.Program).IsAccepted ? ProcessorCount : null;
    }

    // Another helper without arguments, of whose result the kernel knows nothing.
    static Subject? WithoutProcessors(Subject subject)
    {
        ProgramEditor editor = ProgramEditor.Of(subject.Program);
        bool any = false;
        foreach (ProgramEditor.Place place in editor.Places)
        {
            if (!place.Instruction.IsHelperCall || place.Instruction.Immediate != (int)HelperId.GetSmpProcessorId)
                continue;
            any = true;
            place.Instruction = Ins.Call(HelperId.KtimeGetNs);
        }

        return any && editor.Build() is ProgramSpec changed ? subject with { Program = changed } : null;
    }

    static bool Settle(Subject subject, KernelOracle oracle, SortedSet<string> names, int rounds)
    {
        KernelVerdict kernel = oracle.AskSafely(subject.Program);
        if (kernel.IsAccepted)
            return oracle.LoadSafely(subject.Program, log: false).IsAccepted;
        foreach (string bug in s_bugs)
        {
            // Not refused, but lost: the kernel says itself that it is at fault.
            if (!kernel.Log.StartsWith("verifier bug: " + bug, StringComparison.Ordinal))
                continue;
            names.Add($"the kernel's own 'verifier bug: {bug}'");
            return true;
        }

        if (rounds == 0)
            return false;
        if (!IsTyped(subject.Program))
        {
            Subject typed = subject with { Program = subject.Program with { Functions = [.. subject.Program.Functions.Select(static (function, i) => function with { BtfTypeId = i + 1 })] } };
            using KernelOracle shown = OracleFor(typed);
            names.Add("functions without types");
            return Settle(typed, shown, names, rounds - 1);
        }

        if (kernel.Log.StartsWith("invalid bpf_context access", StringComparison.Ordinal) && WidenContextLoad(subject, oracle) is Subject wide)
        {
            names.Add("narrow load of a context field");
            return Settle(wide, oracle, names, rounds - 1);
        }

        // Functions that nothing calls are none to the kernel, so that it misses their types.
        if (kernel.Log.StartsWith("unreachable insn", StringComparison.Ordinal) || kernel.Log.StartsWith("number of funcs in func_info", StringComparison.Ordinal))
        {
            var editor = ProgramEditor.Of(subject.Program);
            DeadWays.DropUnreachable(editor);
            if (editor.Build() is not ProgramSpec reached || reached.Instructions.Length == subject.Program.Instructions.Length)
                return false;
            names.Add("code that no jump leads to");
            return Settle(subject with { Program = reached }, oracle, names, rounds - 1);
        }

        foreach (bool keepTests in (ReadOnlySpan<bool>)[true, false])
        {
            if (DeadWays.Cut(subject, keepTests) is Subject cut && cut.Program != subject.Program)
            {
                var more = new SortedSet<string>(names, StringComparer.Ordinal) { "dead code that the kernel follows" };
                if (Settle(cut, oracle, more, keepTests ? 0 : rounds - 1))
                {
                    names.UnionWith(more);
                    return true;
                }
            }
        }

        return false;
    }

    // It wants whole fields of struct xdp_md: read the whole field instead, where the narrow load stands.
    static Subject? WidenContextLoad(Subject subject, KernelOracle oracle)
    {
        if (subject.Program.Type != ProgramType.Xdp || RefusedSlot(oracle.LoadSafely(subject.Program, log: true)) is not int slot)
            return null;
        Instruction load = subject.Program.Instructions[slot];
        if (load.Class != Opcode.Ldx || load.AccessSize >= 4)
            return null;
        Instruction whole = Ins.Load(Opcode.W, load.Destination, load.Source, (short)(load.Offset & ~3));
        return subject with { Program = subject.Program with { Instructions = subject.Program.Instructions.SetItem(slot, whole) } };
    }

    /// <summary>The instruction that the kernel read last.</summary>
    public static int? RefusedSlot(KernelVerdict verdict)
    {
        foreach (string line in verdict.Log.Split('\n').Reverse())
        {
            int colon = line.IndexOf(": (", StringComparison.Ordinal);
            if (colon > 0 && int.TryParse(line.AsSpan(0, colon), out int slot))
                return slot;
        }

        return null;
    }
}
