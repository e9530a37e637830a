// SPDX-License-Identifier: Apache-2.0

using System.Text;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.TestKit.Kernel;

// Many verdicts a second. Most of an accepted load's time goes into machine code that nobody runs; so the verifier is asked for its
// statistics into a log that is too small for them. It then says ENOSPC behind the verdict and before machine code is made, and the log
// begins with the statistics where the program was accepted, and with the reason where it was not.
public sealed unsafe partial class KernelOracle
{
    const uint StatisticsOnly = 4;
    const uint KeepStart = 8;
    const int ShortLog = 96;
    const int NoSpace = 28;

    // Types of so many functions: they depend on nothing else.
    readonly Dictionary<int, int> _types = [];
    readonly byte[] _shortLog = new byte[ShortLog];
    readonly byte[] _asciiGpl = [.. "GPL\0"u8];

    /// <summary>Asks for the verdict alone, with the beginning of the reason.</summary>
    /// <param name="program">The program; as for a load.</param>
    public KernelVerdict Ask(ProgramSpec program)
    {
        if (UnaskedPrograms.WhyNot(program.Instructions.AsSpan()) is string reason)
            return new KernelVerdict(0, "") { NotAsked = reason };
        Instruction[] code = Bind(program);
        Array.Clear(_shortLog);
        int result = LoadQuietly(program, code, _shortLog);
        if (result >= 0)
        {
            BpfSyscall.Close(result);
            return new KernelVerdict(0, "");
        }

        int end = Array.IndexOf(_shortLog, (byte)0);
        string said = Encoding.UTF8.GetString(_shortLog, 0, end < 0 ? ShortLog : end);
        bool accepted = result == -NoSpace && said.StartsWith("verification time", StringComparison.Ordinal);
        return accepted ? new KernelVerdict(0, "") : new KernelVerdict(result == -NoSpace ? (int)Errno.EINVAL : -result, said);
    }

    Instruction[] Bind(ProgramSpec program)
    {
        Instruction[] code = [.. program.Instructions];
        foreach (MapReference reference in program.References)
            BindMap(code, reference);
        foreach (ProbeSpec probe in program.Probes)
        {
            foreach (ProbeSiteSpec site in probe.Sites)
            {
                if (site.IsLazy)
                    code[site.ArmingInstruction] = new Instruction(Opcode.Jmp | Opcode.Jcond, 0, (short)(site.ArmedTarget - site.ArmingInstruction - 1), 0);
            }
        }

        return code;
    }

    int LoadQuietly(ProgramSpec program, Instruction[] code, byte[] log)
    {
        int functions = program.Functions.Length;
        byte[] license = program.License == "GPL" ? _asciiGpl : Encoding.ASCII.GetBytes(program.License + "\0");
        Span<int> places = stackalloc int[2 * functions];
        for (int i = 0; i < functions; i++)
            (places[2 * i], places[(2 * i) + 1]) = (program.Functions[i].Start, SyntheticBtf.FirstFunctionId + i);
        Span<byte> attributes = stackalloc byte[144];
        attributes.Clear();
        fixed (Instruction* instructions = code)
        fixed (byte* licensed = license)
        fixed (byte* logged = log)
        fixed (int* function = places)
        {
            Put(attributes, 0, (uint)program.Type);
            Put(attributes, 4, (uint)code.Length);
            Put64(attributes, 8, (ulong)instructions);
            Put64(attributes, 16, (ulong)licensed);
            Put(attributes, 24, StatisticsOnly | KeepStart);
            Put(attributes, 28, (uint)log.Length);
            Put64(attributes, 32, (ulong)logged);
            Put(attributes, 68, (uint)program.AttachType);
            if (functions > 1)
            {
                Put(attributes, 72, (uint)TypesOf(program));
                Put(attributes, 76, 8);
                Put64(attributes, 80, (ulong)function);
                Put(attributes, 88, (uint)functions);
            }

            return BpfSyscall.LoadProgram(attributes);
        }
    }

    int TypesOf(ProgramSpec program)
    {
        if (!_types.TryGetValue(program.Functions.Length, out int types))
            _types[program.Functions.Length] = types = LoadBtf(program, described: false);
        return types;
    }

    void CloseTypes()
    {
        foreach (int descriptor in _types.Values)
            BpfSyscall.Close(descriptor);
        _types.Clear();
    }
}
