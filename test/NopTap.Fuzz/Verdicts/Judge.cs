// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Diagnostics;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Kernel;
using NopTap.Verifier;

namespace NopTap.Fuzz.Verdicts;

/// <summary>Compares verdicts on one program after the other. For one thread.</summary>
sealed class Judge(VerdictTally tally) : IDisposable
{
    const int Limit = 12_000;
    const int PatientEvery = 997;
    const int WholeLoadEvery = 16;

    ImmutableArray<MapSpec> _maps;
    readonly Dictionary<(ProgramType Type, bool IsTyped), KernelOracle> _oracles = [];

    public void Try(Subject subject)
    {
        KernelOracle oracle = OracleFor(subject);
        long start = Stopwatch.GetTimestamp();
        tally.Programs++;
        VerificationResult ours;
        try
        {
            // One long program in so many is followed to its end all the same.
            bool patient = tally.Programs % PatientEvery == 0;
            ours = ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps), patient ? null : new BudgetTrace(Limit));
        }
        catch (BudgetSpentException)
        {
            tally.Long++;
            tally.OurTicks += Stopwatch.GetTimestamp() - start;
            return;
        }

        long middle = Stopwatch.GetTimestamp();
        KernelVerdict kernel = oracle.AskSafely(subject.Program);
        // A refusal without a word looks like none; a whole load tells, and costs more.
        if (kernel is { NotAsked: null, IsAccepted: true } && (!ours.IsAccepted || tally.Programs % WholeLoadEvery == 0))
            kernel = oracle.LoadSafely(subject.Program, log: false);
        if (kernel.NotAsked is not null)
        {
            tally.NotAsked++;
            return;
        }

        tally.OurTicks += middle - start;
        tally.KernelTicks += Stopwatch.GetTimestamp() - middle;
        Compare(subject, oracle, ours, kernel);
    }

    void Compare(Subject subject, KernelOracle oracle, VerificationResult ours, KernelVerdict kernel)
    {
        if (ours.IsAccepted && kernel.IsAccepted)
        {
            tally.Both++;
        }
        else if (!ours.IsAccepted && !kernel.IsAccepted)
        {
            tally.Neither++;
            VerdictTally.Count(tally.Refused, ours.Rejection!.Id, subject.Name);
        }
        else if (kernel.IsAccepted)
        {
            string? known = Quirks.OfKernelsOwn(subject, oracle);
            VerdictTally.Count(tally.OnlyKernel, known ?? $"{ours.Rejection!.Id} {ours.Rejection.Descriptor.Title}", subject.Name);
            if (known is null)
                tally.Reverse.Add(new VerdictFind(subject, ours.Rejection!.Message));
        }
        else if (Quirks.Name(subject, oracle) is string quirk)
        {
            VerdictTally.Count(tally.Quirks, quirk, subject.Name);
        }
        else
        {
            tally.Wrong.Add(new VerdictFind(subject, oracle.LoadSafely(subject.Program, log: true).Reason));
        }
    }

    // A program array belongs to the type of the first program that uses it: each type has maps of its own.
    KernelOracle OracleFor(Subject subject)
    {
        if (_maps != subject.Maps)
        {
            Dispose();
            _maps = subject.Maps;
        }

        (ProgramType, bool) kind = (subject.Program.Type, Quirks.IsTyped(subject.Program));
        if (!_oracles.TryGetValue(kind, out KernelOracle? oracle))
            _oracles[kind] = oracle = Quirks.OracleFor(subject);
        return oracle;
    }

    public void Dispose()
    {
        foreach (KernelOracle oracle in _oracles.Values)
            oracle.Dispose();
        _oracles.Clear();
    }
}
