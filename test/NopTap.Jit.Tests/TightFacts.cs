// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit;
using NopTap.Verifier;

namespace NopTap.Jit.Tests;

/// <summary>Gives unverified code the facts that the verifier would find for its frames, so that frames are not always the largest.</summary>
static class TightFacts
{
    internal static VerifiedProgram Of(ImmutableArray<Instruction> code, ImmutableArray<ProbeSpec> probes = default, int mapIndex = -1)
    {
        VerifiedProgram loose = UnverifiedProgram.TrustUnverified(code, probes: probes);
        var functions = ImmutableArray.CreateBuilder<FunctionFacts>();
        for (int n = 0; n < loose.Functions.Length; n++)
        {
            FunctionSpec function = loose.Spec.Functions[n];
            RegisterSet written = RegisterSet.None;
            int depth = 0;
            for (int i = function.Start; i < function.End; i += code[i].SlotCount)
            {
                written |= code[i].WrittenRegisters;
                if ((code[i].ReadsMemory || code[i].WritesMemory) && code[i].BaseRegister == Register.R10)
                    depth = Math.Max(depth, -code[i].Offset);
            }

            functions.Add(loose.Functions[n] with { WrittenKept = written & RegisterSet.CallKept, StackDepth = (depth + 7) & ~7 });
        }

        var facts = loose.Facts.Select(f => f with { MapIndex = mapIndex }).ToImmutableArray();
        return new VerifiedProgram(loose.Spec, null, code, functions.ToImmutable(), facts, loose.Sites);
    }
}
