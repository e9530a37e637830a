// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>What one load may still cost, maps and code aside, whose budgets are the runtime's.</summary>
/// <param name="options">The runtime's budgets.</param>
/// <param name="cancellationToken">Ends the load.</param>
internal sealed class LoadBudget(BpfRuntimeOptions options, CancellationToken cancellationToken)
{
    long _stepsLeft = options.VerifierSteps;

    /// <summary>Refuses an object with too many instructions: a spec need not come from a reader that has counted.</summary>
    /// <exception cref="BpfOperationException">It has too many.</exception>
    internal void CheckInstructions(BpfObjectSpec spec)
    {
        long slots = 0;
        foreach (ProgramSpec program in spec.Programs)
            slots += program.Instructions.IsDefault ? 0 : program.Instructions.Length;
        if (slots <= options.Instructions)
            return;
        throw new BpfOperationException(RuntimeDiagnostics.TooManyInstructions.At(
            new DiagnosticPlace { File = spec.Name },
            $"{slots} instruction slots in all programs together, where the budget Instructions is {options.Instructions}",
            "split the object, or raise BpfRuntimeOptions.Instructions"));
    }

    /// <summary>Verifies a program with what is left, and takes what that cost.</summary>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    internal VerificationResult Verify(VerificationRequest request)
    {
        cancellationToken.ThrowIfCancellationRequested();
        VerificationResult result = ProgramVerifier.Verify(request with
        {
            Budget = new VerificationBudget { Steps = (int)Math.Clamp(_stepsLeft, 0, VerificationBudget.MaximumSteps), Bytes = options.VerifierBytes },
            CancellationToken = cancellationToken,
        });
        _stepsLeft -= result.Statistics.Steps;
        return result;
    }
}
