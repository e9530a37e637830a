// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Exploration;

// What the exploration may cost, and what is said when that is spent.
sealed partial class Explorer
{
    // Between two looks at the token and the memory.
    const int StepsBetweenChecks = 1024;

    int MostSteps => Math.Min(_request.Budget.Steps, VerificationBudget.MaximumSteps);

    long Bytes => _keptBytes + _history.Bytes;

    /// <summary>Called before the step that <see cref="_nextCheck"/> tells.</summary>
    /// <returns>Whether that step may be made.</returns>
    bool StaysWithinBudget()
    {
        _request.CancellationToken.ThrowIfCancellationRequested();
        _nextCheck = Math.Min(_steps + StepsBetweenChecks, MostSteps);
        return _steps <= MostSteps && Bytes <= _request.Budget.Bytes;
    }

    bool RefuseBudget()
    {
        if (_steps <= MostSteps)
        {
            return RefuseCost(
                VerifierDiagnostics.BudgetSpent, $"the states that were kept after {_steps} instructions take {Bytes} bytes, more than the budget VerifierBytes of {_request.Budget.Bytes}",
                "raise VerifierBytes");
        }

        return MostSteps == VerificationBudget.MaximumSteps
            ? RefuseCost(VerifierDiagnostics.TooComplex, $"{MostSteps} instructions were followed without reaching the end of all paths", "")
            : RefuseCost(
                VerifierDiagnostics.BudgetSpent, $"{MostSteps} instructions were followed without reaching the end of all paths, the budget VerifierSteps", "raise VerifierSteps");
    }

    bool RefuseWaiting() => RefuseCost(
        VerifierDiagnostics.TooComplex,
        $"{_waiting.Count} paths wait to be followed, where {(_armedWaiting > MaxArmedWaiting ? MaxArmedWaiting : MaxWaiting)} are the most", "");

    // What a reader can change is the loop or the branch that took most.
    bool RefuseCost(DiagnosticDescriptor descriptor, string spent, string raise)
    {
        int hottest = 0;
        for (int slot = 0; slot < _visits.Length; slot++)
        {
            if (_visits[slot] > _visits[hottest])
                hottest = slot;
        }

        (int first, int last) = LoopAround(hottest);
        // The line that a reader calls the loop is the upper one of its ends.
        int head = first >= 0 && _program.LineAt(last)?.Line < _program.LineAt(first)?.Line ? last : first;
        string what = first < 0
            ? $"{PlaceOf(hottest)} alone was followed {_visits[hottest]} times"
            : $"the loop at {PlaceOf(head)} (insn {first} to {last}) alone went {_visits[first]} rounds";
        string hint = first < 0
            ? "let fewer branches depend on one another, or move a part into a global function, which is followed once"
            : "bound the loop by a smaller constant, or turn its body into a callback of bpf_loop, which is followed once";
        return Refuse(
            descriptor.At(ProgramPlaces.At(_program, first < 0 ? hottest : head), $"{spent}; {what}", raise.Length == 0 ? hint : $"{raise}, or {hint}"),
            -1, NoPath);
    }
}
