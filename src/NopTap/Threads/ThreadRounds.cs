// SPDX-License-Identifier: Apache-2.0

using NopTap.Interpreter;
using NopTap.Jit.Abi;

namespace NopTap.Threads;

/// <summary>The rounds of a thread's runs as the interpreter counts them: in the thread block, where compiled code counts its own.</summary>
internal sealed unsafe class ThreadRounds : IRunRounds
{
    ThreadRounds()
    {
    }

    internal static ThreadRounds Instance { get; } = new();

    public bool HasLeft(nint threadBlock) => RunRounds.HasLeft((ThreadBlock*)threadBlock);

    public ulong Take(nint threadBlock, ulong wanted) => RunRounds.Take((ThreadBlock*)threadBlock, wanted);

    public void Count(nint threadBlock, long rounds) => ((ThreadBlock*)threadBlock)->Rounds += (ulong)rounds;

    public ulong Made(nint threadBlock) => ((ThreadBlock*)threadBlock)->Rounds;
}
