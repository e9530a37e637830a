// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Jit;

/// <summary>bpf_ktime_get_ns as machine code: the C library's clock without a passage through managed code.</summary>
/// <remarks>The same clock as the managed helper reads: <c>clock_gettime(CLOCK_MONOTONIC)</c>, which cannot fail.</remarks>
static class ClockRoutine
{
    const ulong CLOCK_MONOTONIC = 1;
    const int NanosecondsPerSecond = 1_000_000_000;

    internal static void Emit(MachineWriter writer, Label start, nint clock)
    {
        writer.Align(16);
        writer.Bind(start);

        // rsp is 8 modulo 16 at the start; the timespec and 8 bytes make it 0 at the call.
        writer.Binary(BinaryOperation.Sub, Width.Bits64, Gpr.Rsp, 24);
        writer.MoveConstant(Gpr.Rdi, CLOCK_MONOTONIC);
        writer.Move(Width.Bits64, Gpr.Rsi, Gpr.Rsp);
        writer.CallAddress((ulong)clock);
        writer.Load(8, Gpr.Rax, Gpr.Rsp, 0);
        writer.Multiply(Width.Bits64, Gpr.Rax, Gpr.Rax, NanosecondsPerSecond);
        writer.AddFromMemory64(Gpr.Rax, Gpr.Rsp, 8);
        writer.Binary(BinaryOperation.Add, Width.Bits64, Gpr.Rsp, 24);
        writer.Return();
    }
}
