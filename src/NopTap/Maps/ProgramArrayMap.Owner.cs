// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;

namespace NopTap.Maps;

// Who may meet here. The first program that calls through the array or is put into it says for good what the others must be, as in the
// kernel: an entry fits every program that can reach it because both were held against the same contract before either could run.
public sealed unsafe partial class ProgramArrayMap
{
    CallContract? _owner;

    // Claims that were made; with the last one that was taken back, of a load that was refused, the owner goes.
    long _claims;

    /// <summary>Lets a program meet the others: the first one says what they must be.</summary>
    /// <returns>Why it cannot; null when it can, and then the claim stands until <see cref="Withdraw"/>.</returns>
    internal ContractDifference? Claim(CallContract contract, out string owner)
    {
        lock (_lock)
        {
            owner = _owner?.Program ?? contract.Program;
            if (Home is { } home && !contract.IsOf(home))
                return new ContractDifference("lives in another runtime than the array", "live in that of the array", "load both with one BpfRuntime");
            if (_owner is not null && contract.DifferenceFrom(_owner) is { } difference)
                return difference;
            _owner ??= contract;
            _claims++;
            return null;
        }
    }

    /// <summary>Takes back the claim of a program that was never run: its load was refused.</summary>
    internal void Withdraw()
    {
        lock (_lock)
        {
            if (--_claims == 0)
                _owner = null;
        }
    }

    /// <summary>Lets a program call through the array.</summary>
    /// <exception cref="BpfOperationException">It does not fit those that are here.</exception>
    internal void ClaimFor(BpfProgram caller, CallContract contract)
    {
        if (Claim(contract, out string owner) is { } difference)
        {
            throw new BpfOperationException(RuntimeDiagnostics.ProgramArrayCaller.At(
                Place with { Program = caller.Name, Section = caller.Spec.SectionName }, Say(caller, difference, owner), difference.Hint));
        }
    }

    string Say(BpfProgram program, in ContractDifference difference, string owner) =>
        $"program '{program.Name}' {difference.Mine}, where the programs of array '{Name}' ('{owner}' first) {difference.Theirs}";
}
