// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Globalization;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Fuzz.Verdicts;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Fuzz.Results;

/// <summary>Runs what both verifiers accept: the kernel, the interpreter and the compiled code must leave the same verdicts and packets behind.</summary>
public sealed class ResultsCheck : IDisposable
{
    const long Rounds = 20_000;

    readonly BpfRuntime _interpreter = new(new BpfRuntimeOptions { Engine = BpfEngine.Interpreter, Rounds = Rounds });
    readonly BpfRuntime _compiler = new(new BpfRuntimeOptions { Engine = BpfEngine.Compiler, Rounds = Rounds });
    readonly PacketBuffer _slowBuffer = new();
    readonly PacketBuffer _quickBuffer = new();

    // What these return is the machine's affair and not the program's.
    static readonly ImmutableHashSet<int> s_different =
    [
        (int)HelperId.KtimeGetNs, (int)HelperId.KtimeGetBootNs, (int)HelperId.GetPrandomU32, (int)HelperId.GetSmpProcessorId, (int)HelperId.ProbeReadKernel,
    ];

    /// <summary>Runs one program everywhere.</summary>
    /// <param name="subject">The program.</param>
    /// <param name="packets">Packets, in this order: maps keep what programs leave in them.</param>
    /// <param name="tally">Takes the counts and finds.</param>
    public void Run(Subject subject, IReadOnlyList<byte[]> packets, ResultsTally tally)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(packets);
        ArgumentNullException.ThrowIfNull(tally);
        var addresses = new AddressTrace(subject.Program.Instructions.AsMemory());
        VerificationResult ours = ProgramVerifier.Verify(World.Ask(subject.Program, subject.Maps), addresses);
        if (ours.Program is not { } accepted)
        {
            tally.Refused++;
            return;
        }

        if (addresses.Compares || accepted.Functions.Any(function => function.ReadsUnwrittenStack) || subject.Program.Instructions.Any(IsDifferent))
        {
            tally.Dependent++;
            return;
        }

        // Both are there at once, in memory of their own, so that what is made of an address differs.
        using BpfObject? slow = Load(_interpreter, subject);
        using BpfObject? quick = Load(_compiler, subject);
        if (Run(slow, _slowBuffer, packets) is not { } interpreted || Run(quick, _quickBuffer, packets) is not { } compiled)
        {
            tally.Refused++;
            return;
        }

        // A number that was made of an address differs wherever the program runs; engine against engine is another campaign's question.
        if (!interpreted.SequenceEqual(compiled))
        {
            tally.Dependent++;
            return;
        }

        if (InKernel(subject, packets) is not { } kernel)
        {
            tally.RefusedThere++;
            return;
        }

        tally.Compared++;
        tally.Runs += packets.Count;
        if (!kernel.SequenceEqual(interpreted))
            tally.Finds.Add($"{subject.Name}: kernel {string.Join(' ', kernel)}\n  here {string.Join(' ', interpreted)}\n{InstructionFormatter.FormatAll(subject.Program.Instructions.AsSpan())}");
    }

    /// <summary>Ends both engines.</summary>
    public void Dispose()
    {
        _interpreter.Dispose();
        _compiler.Dispose();
        _slowBuffer.Dispose();
        _quickBuffer.Dispose();
    }

    static bool IsDifferent(Instruction instruction) => instruction.IsHelperCall && s_different.Contains(instruction.Immediate);

    static List<string>? InKernel(Subject subject, IReadOnlyList<byte[]> packets)
    {
        using var oracle = Quirks.OracleFor(subject);
        return oracle.Run(subject.Program, packets) is { } verdicts ? [.. verdicts.Select(verdict => Text(verdict.ReturnValue, verdict.Packet))] : null;
    }

    static BpfObject? Load(BpfRuntime runtime, Subject subject)
    {
        try
        {
            return runtime.Load(new BpfObjectSpec { Name = "subject", License = subject.Program.License, Maps = subject.Maps, Programs = [subject.Program] });
        }
        catch (BpfException)
        {
            return null;
        }
    }

    static List<string>? Run(BpfObject? loaded, PacketBuffer buffer, IReadOnlyList<byte[]> packets)
    {
        if (loaded is null)
            return null;
        try
        {
            var texts = new List<string>();
            foreach (byte[] packet in packets)
            {
                uint returned = loaded.Programs[0].Run(buffer, packet, default, out RunStop stop);
                if (stop != RunStop.None)
                    return null;
                texts.Add(Text(returned, [.. buffer.Metadata, .. buffer.Packet]));
            }

            return texts;
        }
        catch (BpfFaultException)
        {
            // Not this campaign's question.
            return null;
        }
    }

    static string Text(uint returned, ReadOnlySpan<byte> packet) => string.Create(CultureInfo.InvariantCulture, $"{returned} {Convert.ToHexString(packet)}");
}
