// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.TestKit.Kernel;

/// <summary>Asks the running kernel for its verdict on a program. Nothing is attached; everything is closed again.</summary>
public sealed unsafe partial class KernelOracle : IDisposable
{
    readonly Dictionary<int, int> _maps = [];
    // A page: no program makes a packet longer by more.
    const int LargestGrowth = 4096;
    const uint TakesFragments = 1 << 5;
    readonly ImmutableArray<MapSpec> _specs;

    public KernelOracle(ImmutableArray<MapSpec> maps) => _specs = maps;

    /// <summary>Whether functions are shown to the kernel without types, as of an object that was compiled without <c>-g</c>.</summary>
    public bool OmitTypes { get; init; }

    /// <summary>Why the kernel cannot be asked here, or null when it can.</summary>
    public static string? Unavailable { get; } = Probe();

    static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return "bpf(2) is called on x86-64 Linux only";
        using var oracle = new KernelOracle([]);
        var program = new ProgramSpec
        {
            Name = "probe",
            SectionName = "xdp",
            Type = ProgramType.Xdp,
            Instructions = [Ins.Mov64(Register.R0, 2), new(Opcode.Jmp | Opcode.Exit, 0, 0, 0)],
            Functions = [new("probe", 0, 2, true, 0)],
        };
        int errno = oracle.Load(program, log: false).Errno;
        return errno == 0 ? null : $"bpf(2) refuses to load programs here (errno {errno})";
    }

    /// <summary>Loads a program.</summary>
    /// <param name="program">The program; armed sites of lazy probes become may_goto, which branches as they do.</param>
    /// <param name="log">Whether to fetch the log.</param>
    /// <param name="packet">A packet for one test run of an accepted program.</param>
    /// <param name="everything">Whether the log of an accepted program is wanted too, with the state after each instruction.</param>
    public KernelVerdict Load(ProgramSpec program, bool log, byte[]? packet = null, bool everything = false)
    {
        if (UnaskedPrograms.WhyNot(program.Instructions.AsSpan()) is string reason)
            return new KernelVerdict(0, "") { NotAsked = reason };
        log |= everything;
        byte[] text = new byte[log ? 1 << 20 : 1];
        int descriptor = Open(program, text, everything ? 2U : log ? 1U : 0);
        string said = log ? Encoding.UTF8.GetString(text, 0, Math.Max(0, Array.IndexOf(text, (byte)0))) : "";
        uint? returned = descriptor >= 0 && packet is not null ? TestRun(descriptor, packet)?.ReturnValue : null;
        if (descriptor >= 0)
            BpfSyscall.Close(descriptor);
        return new KernelVerdict(descriptor < 0 ? -descriptor : 0, said, returned);
    }

    /// <summary>Loads a program and runs it on packets, one after the other.</summary>
    /// <param name="program">The program.</param>
    /// <param name="packets">Ethernet frames.</param>
    /// <returns>What each run left behind; null when the kernel is not asked, does not take the program, or not the packets.</returns>
    public PacketVerdict[]? Run(ProgramSpec program, IReadOnlyList<byte[]> packets)
    {
        if (UnaskedPrograms.WhyNot(program.Instructions.AsSpan()) is not null)
            return null;
        int descriptor = Open(program, new byte[1], 0);
        if (descriptor < 0)
            return null;
        try
        {
            PacketVerdict?[] left = [.. packets.Select(packet => TestRun(descriptor, packet))];
            return Array.Exists(left, verdict => verdict is null) ? null : [.. left.Select(verdict => verdict!.Value)];
        }
        finally
        {
            BpfSyscall.Close(descriptor);
        }
    }

    int Open(ProgramSpec program, byte[] text, uint logLevel)
    {
        Instruction[] code = [.. program.Instructions];
        foreach (MapReference reference in program.References)
            BindMap(code, reference);
        foreach (ProbeSiteSpec site in program.Probes.SelectMany(probe => probe.Sites).Where(site => site.IsLazy))
            code[site.ArmingInstruction] = new Instruction(Opcode.Jmp | Opcode.Jcond, 0, (short)(site.ArmedTarget - site.ArmingInstruction - 1), 0);
        KernelFunctionNumbers.Translate(code);
        bool described = ObjectBtf.Describes(program);
        int btf = !OmitTypes && (described || program.Functions.Length > 1) ? LoadBtf(program, described) : -1;
        int[] functions = [.. program.Functions.SelectMany((function, index) => new[] { function.Start, described ? function.BtfTypeId : SyntheticBtf.FirstFunctionId + index })];
        int descriptor = Load(program, code, functions, btf, text, logLevel);
        if (btf >= 0)
            BpfSyscall.Close(btf);
        return descriptor;
    }

    static int Load(ProgramSpec program, Instruction[] code, int[] functions, int btf, byte[] text, uint logLevel)
    {
        byte[] license = Encoding.ASCII.GetBytes(program.License + "\0");
        Span<byte> attributes = stackalloc byte[144];
        attributes.Clear();
        fixed (Instruction* instructions = code)
        fixed (byte* licensed = license)
        fixed (byte* logged = text)
        fixed (int* function = functions)
        {
            Put(attributes, 0, (uint)program.Type);
            Put(attributes, 4, (uint)code.Length);
            Put64(attributes, 8, (ulong)instructions);
            Put64(attributes, 16, (ulong)licensed);
            if (logLevel != 0)
            {
                Put(attributes, 24, logLevel);
                Put(attributes, 28, (uint)text.Length);
                Put64(attributes, 32, (ulong)logged);
            }

            Put(attributes, 44, program.HasFrags ? TakesFragments : 0);
            Put(attributes, 68, (uint)program.AttachType);
            if (btf >= 0)
            {
                Put(attributes, 72, (uint)btf);
                Put(attributes, 76, 8);
                Put64(attributes, 80, (ulong)function);
                Put(attributes, 88, (uint)(functions.Length / 2));
            }

            return BpfSyscall.LoadProgram(attributes);
        }
    }

    // The object's own types where they cover all functions: only they tell which of them are global, and what those take.
    static int LoadBtf(ProgramSpec program, bool described)
    {
        byte[] section = described ? ObjectBtf.Build(program) : SyntheticBtf.Build(program.Functions);
        Span<byte> attributes = stackalloc byte[40];
        attributes.Clear();
        fixed (byte* bytes = section)
        {
            Put64(attributes, 0, (ulong)bytes);
            Put(attributes, 16, (uint)section.Length);
            return Must(BpfSyscall.Call(BpfSyscall.BtfLoad, attributes), "BPF_BTF_LOAD");
        }
    }

    static PacketVerdict? TestRun(int program, byte[] packet)
    {
        byte[] after = new byte[packet.Length + LargestGrowth];
        Span<byte> attributes = stackalloc byte[80];
        attributes.Clear();
        fixed (byte* data = packet)
        fixed (byte* output = after)
        {
            Put(attributes, 0, (uint)program);
            Put(attributes, 8, (uint)packet.Length);
            Put(attributes, 12, (uint)after.Length);
            Put64(attributes, 16, (ulong)data);
            Put64(attributes, 24, (ulong)output);
            Put(attributes, 32, 1);
            if (BpfSyscall.Call(BpfSyscall.ProgramTestRun, attributes) < 0)
                return null;
            int length = BinaryPrimitives.ReadInt32LittleEndian(attributes[12..]);
            return new PacketVerdict(BinaryPrimitives.ReadUInt32LittleEndian(attributes[4..]), after[..length]);
        }
    }

    void BindMap(Instruction[] code, MapReference reference)
    {
        int descriptor = Map(reference.MapIndex);
        Instruction load = code[reference.Instruction];
        byte kind = reference.IsValue ? PseudoSource.MapValue : PseudoSource.MapFd;
        code[reference.Instruction] = new Instruction(Opcode.LdImm64, load.Destination, (Register)kind, 0, descriptor);
        code[reference.Instruction + 1] = new Instruction(0, 0, 0, reference.IsValue ? (int)reference.Offset : 0);
    }

    int Map(int index)
    {
        if (_maps.TryGetValue(index, out int descriptor))
            return descriptor;
        MapSpec spec = _specs[index];
        descriptor = Must(KernelMaps.Create(spec), $"BPF_MAP_CREATE of '{spec.Name}'");
        _maps[index] = descriptor;
        if (spec.IsGlobalData && !spec.InitialValue.IsDefaultOrEmpty)
            Fill(descriptor, spec);
        if (spec.IsReadOnlyData)
            Freeze(descriptor);
        if (spec.Inner is not null)
            FillWithMaps(descriptor, spec);
        return descriptor;
    }

    void FillWithMaps(int descriptor, MapSpec spec)
    {
        foreach ((uint key, string name) in spec.InitialEntries)
        {
            int inner = Map(_specs.IndexOf(_specs.Single(map => map.Name == name)));
            int errno = KernelMaps.Access(KernelMapOperation.Update, descriptor, BitConverter.GetBytes(key), BitConverter.GetBytes(inner));
            Must(-errno, $"entry {key} of '{spec.Name}'");
        }
    }

    static void Fill(int descriptor, MapSpec spec)
    {
        int key = 0;
        byte[] value = new byte[spec.ValueSize];
        spec.InitialValue.AsSpan().CopyTo(value);
        Span<byte> attributes = stackalloc byte[32];
        attributes.Clear();
        fixed (byte* bytes = value)
        {
            Put(attributes, 0, (uint)descriptor);
            Put64(attributes, 8, (ulong)&key);
            Put64(attributes, 16, (ulong)bytes);
            Must(BpfSyscall.Call(BpfSyscall.MapUpdate, attributes), "BPF_MAP_UPDATE_ELEM");
        }
    }

    static void Freeze(int descriptor)
    {
        Span<byte> attributes = stackalloc byte[4];
        Put(attributes, 0, (uint)descriptor);
        Must(BpfSyscall.Call(BpfSyscall.MapFreeze, attributes), "BPF_MAP_FREEZE");
    }

    static int Must(int result, string what) => result >= 0 ? result : throw new InvalidOperationException($"{what}: errno {-result}");

    static void Put(Span<byte> target, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target[offset..], value);

    static void Put64(Span<byte> target, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(target[offset..], value);

    public void Dispose()
    {
        foreach (int descriptor in _maps.Values)
            BpfSyscall.Close(descriptor);
        _maps.Clear();
        CloseTypes();
    }
}
