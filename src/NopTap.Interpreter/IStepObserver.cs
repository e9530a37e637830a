// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Interpreter;

/// <summary>Is shown each step of a program's runs.</summary>
interface IStepObserver
{
    /// <summary>An instruction is about to be executed.</summary>
    /// <param name="step">Where the run is, and what it holds; good during the call.</param>
    void Before(in StepView step);
}

/// <summary>A run in front of an instruction.</summary>
/// <param name="slot">Slot of the instruction.</param>
/// <param name="program">The program that runs: not always the one that was started, after a tail call.</param>
/// <param name="registers">r0 to r10.</param>
/// <param name="frames">The calls that are going on, the newest last; each keeps what its caller's registers held.</param>
/// <param name="memory">What the run may touch beside the imports' regions.</param>
readonly ref struct StepView(int slot, ProgramInterpreter program, ReadOnlySpan<ulong> registers, ReadOnlySpan<Frame> frames, GuestMemory memory)
{
    public int Slot { get; } = slot;

    public ProgramInterpreter Program { get; } = program;

    public ReadOnlySpan<ulong> Registers { get; } = registers;

    public ReadOnlySpan<Frame> Frames { get; } = frames;

    public GuestMemory Memory { get; } = memory;

    /// <summary>r6 to r10 of a frame; of the newest one all registers are in <see cref="Registers"/>.</summary>
    /// <param name="frame">Index of the frame.</param>
    /// <param name="register">The register.</param>
    public ulong Kept(int frame, int register)
    {
        if (frame == Frames.Length - 1)
            return Registers[register];
        ref readonly Frame callee = ref Frames[frame + 1];
        return register switch
        {
            6 => callee.R6,
            7 => callee.R7,
            8 => callee.R8,
            9 => callee.R9,
            _ => callee.R10,
        };
    }
}
