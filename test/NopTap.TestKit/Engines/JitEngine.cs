// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Jit;
using NopTap.TestKit.Leaks;
using NopTap.Verifier;

namespace NopTap.TestKit.Engines;

sealed class JitEngine(string name, MachineFeatures features) : Engine
{
    // One region for all runs: to reserve one costs more than most programs take to compile.
    static readonly CodeMemory s_memory = LeakCheck.DisposeAtEnd(new CodeMemory());

    public override string Name => name;

    public override EngineRun Run(VerifiedProgram program, ReadOnlySpan<byte> memory, FrozenDictionary<int, nint>? helpers = null)
    {
        var request = new CompilationRequest
        {
            Program = program,
            Helpers = helpers ?? FrozenDictionary<int, nint>.Empty,
            Features = features,
            BaseAddress = 0,
        };
        using var jit = new JitRunner(request, s_memory);
        using var buffer = new NativeBuffer(memory);
        ulong result = jit.Run(buffer.Address, (ulong)buffer.Length);
        return new EngineRun(result, buffer.Span.ToArray());
    }
}
