// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Rewrites a program so that the kernel sees which ways our exploration proved that no run goes.</summary>
static class DeadWays
{
    /// <summary>Cuts the ways that no path went.</summary>
    /// <param name="subject">A program that our verifier accepts.</param>
    /// <param name="keepTests">
    /// Whether a branch with a dead way stays, and the dead way ends the program (the kernel still learns from the test); else it goes.
    /// </param>
    /// <returns>Null where nothing is dead, or the program cannot be written.</returns>
    public static Subject? Cut(Subject subject, bool keepTests)
    {
        var trace = new WayTrace(subject.Program);
        if (!ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps), trace).IsAccepted)
            return null;
        var editor = ProgramEditor.Of(subject.Program);
        int cut = 0;
        for (int i = 0; i < editor.Places.Count; i++)
        {
            ProgramEditor.Place place = editor.Places[i];
            if (IsIdleLoop(place, trace))
            {
                cut++;
                (place.Instruction, place.Target) = (Ins.Mov64(Register.R0, 0), null);
                continue;
            }

            if (place.Slot < 0 || !place.Instruction.IsConditionalJump || place.Instruction.IsMayGoto || place.Target is null)
                continue;
            int itself = OfItself(place.Instruction);
            if (itself == 0 || trace.NeverTaken(place.Slot))
            {
                cut++;
                if (keepTests)
                    place.Target = Stub(editor, i);
                else
                    place.Gone = true;
            }
            else if (itself == 1 || trace.NeverPassed(place.Slot))
            {
                cut++;
                if (keepTests)
                    editor.Insert(i + 1, new ProgramEditor.Place { Instruction = Ins.Jump(0), Target = Stub(editor, i) });
                else
                    place.Instruction = Ins.Jump(0);
            }
        }

        if (cut == 0)
            return null;
        DropUnreachable(editor);
        return editor.Build() is ProgramSpec program ? subject with { Program = program, Name = subject.Name + ", dead ways cut" } : null;
    }

    // A number against itself: 1 where the jump is always taken, 0 where it never is.
    static int OfItself(in Instruction jump)
    {
        if (!jump.UsesSourceRegister || jump.Destination != jump.Source || jump.Operation == Opcode.Jset)
            return -1;
        return jump.Operation is Opcode.Jeq or Opcode.Jge or Opcode.Jle or Opcode.Jsge or Opcode.Jsle ? 1 : 0;
    }

    // bpf_loop over no rounds at all.
    static bool IsIdleLoop(ProgramEditor.Place place, WayTrace trace) =>
        place.Slot >= 0 && place.Instruction.IsHelperCall && place.Instruction.Immediate == (int)HelperId.Loop
        && trace.IsReached(place.Slot) && !trace.CalledBack(place.Slot);

    // The end of a function that goes nowhere: r0 = 0; exit, behind the function's last instruction.
    static ProgramEditor.Place Stub(ProgramEditor editor, int index)
    {
        int[] starts = editor.Starts();
        int end = starts.First(start => start > index);
        var stub = new ProgramEditor.Place { Instruction = Ins.Mov64(Register.R0, 0) };
        editor.Insert(end, stub);
        editor.Insert(end + 1, new ProgramEditor.Place { Instruction = Ins.Exit() });
        return stub;
    }

    /// <summary>Marks what no jump and no call leads to as gone.</summary>
    public static void DropUnreachable(ProgramEditor editor)
    {
        var index = new Dictionary<ProgramEditor.Place, int>(editor.Places.Count);
        for (int i = 0; i < editor.Places.Count; i++)
            index[editor.Places[i]] = i;
        var reached = new bool[editor.Places.Count];
        var waiting = new Stack<int>();
        waiting.Push(0);
        while (waiting.TryPop(out int at))
        {
            for (; at < reached.Length && !reached[at]; at++)
            {
                reached[at] = true;
                ProgramEditor.Place place = editor.Places[at];
                if (place.Gone)
                    continue;
                if (place.Target is not null)
                    waiting.Push(index[place.Target]);
                if (!place.Instruction.FallsThrough)
                    break;
            }
        }

        for (int i = 0; i < reached.Length; i++)
            editor.Places[i].Gone |= !reached[i];
    }
}
