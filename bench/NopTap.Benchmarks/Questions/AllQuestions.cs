// SPDX-License-Identifier: Apache-2.0

using NopTap.Benchmarks.Harness;

namespace NopTap.Benchmarks.Questions;

/// <summary>What can be asked.</summary>
internal static class AllQuestions
{
    internal static IReadOnlyList<Question> List { get; } =
    [
        new("probes", "What does a probe cost while nobody looks?", ProbesQuestion.Comparisons),
        new("observers", "What does an observer add to each hit?", ObserversQuestion.Comparisons),
        new("attach", "How long does it take to attach and to detach?", AttachQuestion.Comparisons),
        new("interpreter", "The same under the interpreter, and how do the engines compare?", InterpreterQuestion.Comparisons),
        new("run", "What does it cost to run a program from C#?", RunQuestion.Comparisons),
        new("maps", "What does a look-up cost, from a program and from C#?", MapsQuestion.Comparisons),
        new("stops", "What does it cost that every run can be stopped?", StopsQuestion.Comparisons),
        new("compile", "How long does it take to load a program?", CompileQuestion.Comparisons),
    ];
}
