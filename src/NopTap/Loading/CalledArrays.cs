// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>The program arrays through which a program can call, and its claims on them.</summary>
internal static class CalledArrays
{
    /// <summary>Holds a program against all that it could reach by a tail call: everything or nothing.</summary>
    /// <param name="program">A program without code as yet.</param>
    /// <param name="verified">It, as it was verified. An array that only dead code names is not called.</param>
    /// <param name="contract">What it brings along.</param>
    /// <returns>The arrays that were claimed.</returns>
    /// <exception cref="BpfOperationException">It does not fit those that an array is for.</exception>
    internal static ImmutableArray<ProgramArrayMap> Claim(BpfProgram program, VerifiedProgram verified, CallContract contract)
    {
        var claimed = ImmutableArray.CreateBuilder<ProgramArrayMap>();
        bool isComplete = false;
        try
        {
            foreach (MapReference reference in verified.Spec.References)
            {
                if (verified.Facts[reference.Instruction].IsDead || program.Maps[reference.MapIndex] is not ProgramArrayMap array || claimed.Contains(array))
                    continue;
                array.ClaimFor(program, contract);
                claimed.Add(array);
            }

            isComplete = true;
            return claimed.ToImmutable();
        }
        finally
        {
            if (!isComplete)
                Withdraw(claimed.ToImmutable());
        }
    }

    /// <summary>Takes the claims of a program back that never ran.</summary>
    internal static void Withdraw(ImmutableArray<ProgramArrayMap> claimed)
    {
        foreach (ProgramArrayMap array in claimed)
            array.Withdraw();
    }
}
