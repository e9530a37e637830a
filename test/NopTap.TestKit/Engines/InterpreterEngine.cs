// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Interpreter;
using NopTap.Verifier;

namespace NopTap.TestKit.Engines;

sealed class InterpreterEngine : Engine
{
    public override string Name => "interpreter";

    public override EngineRun Run(VerifiedProgram program, ReadOnlySpan<byte> memory, FrozenDictionary<int, nint>? helpers = null)
    {
        var imports = new InterpreterImports { Helpers = helpers ?? FrozenDictionary<int, nint>.Empty };
        using var buffer = new NativeBuffer(memory);
        using var guest = new GuestMemory();
        if (memory.Length != 0)
            guest.Add(new GuestRegion(buffer.Address, (ulong)memory.Length, IsReadable: true, IsWritable: true, "memory"));
        ulong result = new ProgramInterpreter(program, imports).Run(guest, buffer.Address, (ulong)buffer.Length);
        return new EngineRun(result, buffer.Span.ToArray());
    }
}
