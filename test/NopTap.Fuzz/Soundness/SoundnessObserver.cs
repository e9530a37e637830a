// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using NopTap.Interpreter;
using NopTap.Isa;

namespace NopTap.Fuzz.Soundness;

/// <summary>Holds each step of a program's runs against the states in which the verifier was at that place: one of them must contain the run.</summary>
sealed class SoundnessObserver(ExploredStates states, Containment containment, Func<int, bool> isJudgedByPrototype) : IStepObserver
{
    // A loop of a million rounds shows nothing that its first thousands did not.
    internal const int StepsOfARun = 20_000;

    // States are tried one after the other; where there are thousands of them a few steps are enough.
    const int StatesOfAProgram = 400_000;

    int _steps;
    int _tried;

    /// <summary>Steps that some state contained.</summary>
    public long Checked { get; private set; }

    /// <summary>The first step that none contained, with all that is known of it.</summary>
    public string? Failure { get; private set; }

    /// <summary>A run begins.</summary>
    public void Begin()
    {
        _steps = 0;
        containment.Context = 0;
    }

    public void Before(in StepView step)
    {
        if (_steps++ == 0)
            containment.Context = step.Registers[1];
        if (Failure is not null || _steps > StepsOfARun || _tried > StatesOfAProgram || !states.Has(step.Slot))
            return;
        int first = FirstFrame(step);
        List<Snapshot>? list = states.At(step.Slot, CallsOf(step, first));
        for (int i = 0; list is not null && i < list.Count; i++)
        {
            _tried++;
            if (containment.Check(list[i], step, first) is not null)
                continue;
            // What contained this step will mostly contain the next one here.
            if (i > 0)
                (list[i], list[i / 2]) = (list[i / 2], list[i]);
            Checked++;
            return;
        }

        Failure = Explain(step, first, list);
    }

    // Where the states begin anew: at a function that is judged by its prototype, or that a tail call into another program began.
    int FirstFrame(in StepView step)
    {
        int first = step.Frames.Length - 1;
        while (first > 0 && ReferenceEquals(step.Frames[first].Caller, step.Program) && !isJudgedByPrototype(step.Frames[first].Function) && step.Frames[first].Function != 0)
            first--;
        return first;
    }

    static ulong CallsOf(in StepView step, int first)
    {
        ulong calls = Calls.Begin(step.Frames[first].Function);
        for (int f = first + 1; f < step.Frames.Length; f++)
        {
            ref readonly Frame frame = ref step.Frames[f];
            calls = Calls.Enter(calls, frame.IsCallback ? frame.ReturnTo : frame.ReturnTo - 1, frame.IsCallback);
        }

        return calls;
    }

    string Explain(in StepView step, int first, List<Snapshot>? list)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"slot {step.Slot}: {InstructionFormatter.Format(step.Program.Code.AsSpan(), step.Slot)}\n");
        for (int register = 0; register < 11; register++)
            text.Append(CultureInfo.InvariantCulture, $"  r{register} = 0x{step.Registers[register]:x}\n");
        if (list is null)
            text.Append("the verifier was never here by these calls\n");
        for (int i = 0; list is not null && i < Math.Min(list.Count, 8); i++)
            text.Append(CultureInfo.InvariantCulture, $"state {i} of {list.Count}: {containment.Check(list[i], step, first)}\n");
        return text.ToString();
    }
}
