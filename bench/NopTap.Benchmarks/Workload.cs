// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Benchmarks;

/// <summary>A program in BPF and, for comparison, the same in C#. r1 is the address of 1024 bytes, r2 that number.</summary>
public abstract unsafe class Workload
{
    public static IReadOnlyList<Workload> All { get; } = [new ReturnWorkload(), new ChecksumWorkload(), new PrimesWorkload(), new MixWorkload()];

    public abstract string Name { get; }

    /// <summary>BPF assembly.</summary>
    public abstract string Text { get; }

    /// <summary>The same in C#.</summary>
    public abstract ulong Run(byte* memory, ulong length);

    public sealed override string ToString() => Name;

    // What a run costs at the least.
    sealed unsafe class ReturnWorkload : Workload
    {
        public override string Name => "return";

        public override string Text => "r0 = 1\nexit";

        public override ulong Run(byte* memory, ulong length) => 1;
    }

    // Loads and additions: the internet checksum.
    sealed unsafe class ChecksumWorkload : Workload
    {
        public override string Name => "checksum";

        public override string Text => """
            r0 = 0
            r2 += r1
            loop:
            r3 = *(u16 *)(r1 + 0)
            r0 += r3
            r1 += 2
            if r1 < r2 goto loop
            r3 = r0
            r3 >>= 16
            w0 &= 0xffff
            r0 += r3
            w0 ^= 0xffff
            exit
            """;

        public override ulong Run(byte* memory, ulong length)
        {
            ulong sum = 0;
            for (byte* end = memory + length; memory < end; memory += 2)
                sum += *(ushort*)memory;
            return ((uint)((sum & 0xffff) + (sum >> 16))) ^ 0xffff;
        }
    }

    // Divisions and branches: primes below 100.
    sealed unsafe class PrimesWorkload : Workload
    {
        public override string Name => "primes";

        public override string Text => """
            r0 = 0
            r1 = 2
            next:
            r2 = 2
            divide:
            r3 = r2
            r3 *= r2
            if r3 > r1 goto prime
            r4 = r1
            r4 %= r2
            if r4 == 0 goto composite
            r2 += 1
            goto divide
            prime:
            r0 += 1
            composite:
            r1 += 1
            if r1 < 100 goto next
            exit
            """;

        public override ulong Run(byte* memory, ulong length)
        {
            ulong count = 0;
            for (ulong number = 2; number < 100; number++)
            {
                ulong divisor = 2;
                while (divisor * divisor <= number && number % divisor != 0)
                    divisor++;
                if (divisor * divisor > number)
                    count++;
            }

            return count;
        }
    }

    // Arithmetic in registers, with a call a round: a mixing function.
    sealed unsafe class MixWorkload : Workload
    {
        public override string Name => "mix";

        public override string Text => """
            r6 = 0x9e3779b97f4a7c15 ll
            r7 = 0
            r8 = r2
            loop:
            r1 = r8
            r1 ^= r7
            call mix
            r7 += r0
            r8 += -1
            if r8 != 0 goto loop
            r0 = r7
            exit
            mix:
            r2 = r1
            r2 >>= 31
            r1 ^= r2
            r3 = 0x9e3779b97f4a7c15 ll
            r1 *= r3
            r2 = r1
            r2 <<= 7
            r0 = r1
            r0 += r2
            exit
            """;

        public override ulong Run(byte* memory, ulong length)
        {
            ulong sum = 0;
            for (ulong round = length; round != 0; round--)
                sum += Mix(round ^ sum);
            return sum;
        }

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static ulong Mix(ulong value)
        {
            value ^= value >> 31;
            value *= 0x9e3779b97f4a7c15;
            return value + (value << 7);
        }
    }
}
