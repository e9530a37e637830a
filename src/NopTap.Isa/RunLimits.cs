// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>Bounds that a run keeps, whatever executes it. Verifier and engines read them here, so that they cannot differ.</summary>
public static class RunLimits
{
    /// <summary>Frames of one program's calls, those of callbacks included (the kernel's <c>MAX_CALL_FRAMES</c>).</summary>
    public const int ProgramFrames = 8;

    /// <summary>Tail calls of a run; the next falls through (the kernel's <c>MAX_TAIL_CALL_CNT</c>).</summary>
    public const int TailCalls = 33;

    /// <summary>
    /// Frames of a run: a tail call replaces the innermost frame by the first of another program, which may have as many as every program has.
    /// </summary>
    public const int RunFrames = ProgramFrames + (TailCalls * (ProgramFrames - 1));

    /// <summary>Bytes of stack in a frame.</summary>
    public const int FrameBytes = 512;

    /// <summary>
    /// Rounds of one <c>bpf_loop</c>, numbers of one number iterator and passes of the <c>may_goto</c>s of one call of a function (the
    /// kernel's <c>BPF_MAX_LOOPS</c>).
    /// </summary>
    public const int Loops = 1 << 23;

    /// <summary>
    /// Rounds that <c>bpf_loop</c> takes from the limit of its run at once, a power of 2: it begins with one, and takes twice as many each
    /// time while its callback takes none itself. A callback that does take some (it loops, or calls what does) makes it one again, so
    /// nested loops share the limit round by round.
    /// </summary>
    public const int LoopChunk = 256;

    /// <summary>What the next chunk of a <c>bpf_loop</c> is.</summary>
    /// <param name="chunk">The last one.</param>
    /// <param name="othersCounted">Whether rounds were counted during the last one that were not its own.</param>
    public static ulong NextChunk(ulong chunk, bool othersCounted) => othersCounted ? 1 : chunk < LoopChunk ? chunk * 2 : chunk;
}
