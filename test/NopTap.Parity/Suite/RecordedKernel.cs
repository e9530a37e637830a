// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using NopTap.Isa;
using NopTap.Parity.Kernel;
using NopTap.TestKit.Kernel;

namespace NopTap.Parity.Suite;

/// <summary>Asks the running kernel about a recorded test: its maps, types and programs are made as the test's runner would.</summary>
/// <remarks>
/// A program is loaded without a log, and loaded again with a large one when it was refused: a log that is too small is an error of its own.
/// The demand for strict alignment is dropped, since it stands for another machine.
/// </remarks>
sealed unsafe class RecordedKernel : IDisposable
{
    const uint StrictAlignment = 1 << 0;
    const int LogSize = 1 << 24;
    const int AttributeSize = 144;

    readonly RecordedTest _test;
    readonly Dictionary<int, int> _descriptors = [];

    RecordedKernel(RecordedTest test) => _test = test;

    /// <summary>The verdict and the results of the test's runs.</summary>
    public static (KernelAnswer Answer, List<uint> Results) Ask(RecordedTest test)
    {
        foreach (RecordedProgram program in test.Programs)
        {
            if (UnaskedPrograms.WhyNot(program.Code) is string unasked)
                return (new KernelAnswer(KernelOutcome.NotReached, unasked, 0, [], []), []);
        }

        using var kernel = new RecordedKernel(test);
        return kernel.Prepare() is { } obstacle
            ? (new KernelAnswer(KernelOutcome.NotReached, obstacle, 0, [], []), [])
            : kernel.LoadSubject();
    }

    /// <summary>Closes all that was made.</summary>
    public void Dispose()
    {
        foreach (int descriptor in _descriptors.Values)
            BpfSyscall.Close(descriptor);
    }

    string? Prepare()
    {
        foreach ((int handle, byte[] section) in _test.Types)
        {
            if (!Keep(handle, LoadTypes(section)) && !Keep(handle, LoadTypes(TypeSection.Cut(section, TypesOfMaps(handle)))))
                return "the kernel does not take the types of the values of its map";
        }

        foreach (RecordedMap map in _test.Maps)
        {
            if (!Keep(map.Handle, Create(map)))
                return $"the kernel makes no map of type {map.Type}";
        }

        foreach (RecordedProgram program in _test.Programs.SkipLast(1))
        {
            if (!Keep(program.Handle, Load(program, [])))
                return "a program that the test calls is refused";
        }

        foreach ((int map, byte[] key, byte[] value) in _test.Entries)
        {
            if (Update(_descriptors[map], key, Translated(value)) < 0)
                return "an entry of a map is refused";
        }

        return null;
    }

    int TypesOfMaps(int handle) => _test.Maps.Where(map => map.Btf == handle).Select(map => Math.Max(map.KeyType, map.ValueType)).DefaultIfEmpty(0).Max();

    bool Keep(int handle, int descriptor)
    {
        if (descriptor >= 0)
            _descriptors[handle] = descriptor;
        return descriptor >= 0;
    }

    // Values of program arrays and maps of maps are handles.
    byte[] Translated(byte[] value) =>
        value.Length == 4 && _descriptors.TryGetValue(BinaryPrimitives.ReadInt32LittleEndian(value), out int descriptor) ? BitConverter.GetBytes(descriptor) : value;

    (KernelAnswer Answer, List<uint> Results) LoadSubject()
    {
        int descriptor = Load(_test.Subject, []);
        if (descriptor < 0)
        {
            byte[] log = new byte[LogSize];
            _ = Load(_test.Subject, log);
            KernelLog parsed = KernelLog.Parse(Encoding.UTF8.GetString(log, 0, Array.IndexOf(log, (byte)0)));
            string reason = parsed.Reason.Length != 0 ? parsed.Reason : $"errno {-descriptor}";
            return (new KernelAnswer(KernelOutcome.Refused, reason, parsed.Processed, [], []), []);
        }

        var results = new List<uint>();
        foreach (SuiteRun run in _test.Runs)
        {
            if (KernelTestRun.Run(descriptor, run.Data) is not { } result)
                break;
            results.Add(result);
        }

        BpfSyscall.Close(descriptor);
        return (new KernelAnswer(KernelOutcome.Accepted, "", 0, [], []), results);
    }

    int Load(RecordedProgram program, byte[] log)
    {
        Instruction[] code = Bind(program.Code);
        Span<byte> attributes = stackalloc byte[AttributeSize];
        attributes.Clear();
        fixed (Instruction* instructions = code)
        fixed (byte* license = "GPL\0"u8, text = log, functions = program.Functions)
        {
            Put(attributes, 0, (uint)program.Type);
            Put(attributes, 4, (uint)code.Length);
            Put64(attributes, 8, (ulong)instructions);
            Put64(attributes, 16, (ulong)license);
            Put(attributes, 24, log.Length == 0 ? 0u : 1u);
            Put(attributes, 28, (uint)log.Length);
            Put64(attributes, 32, (ulong)text);
            Put(attributes, 44, program.Flags & ~StrictAlignment);
            Put(attributes, 68, (uint)program.AttachType);
            Put(attributes, 72, program.Btf == 0 ? 0 : (uint)_descriptors[program.Btf]);
            if (program.Functions.Length != 0)
            {
                Put(attributes, 76, (uint)program.InfoSize);
                Put64(attributes, 80, (ulong)functions);
                Put(attributes, 88, (uint)(program.Functions.Length / program.InfoSize));
            }

            Put(attributes, 108, (uint)program.AttachBtf);
            return BpfSyscall.LoadProgram(attributes);
        }
    }

    Instruction[] Bind(Instruction[] recorded)
    {
        Instruction[] code = [.. recorded];
        for (int slot = 0; slot < code.Length; slot += recorded[slot].SlotCount)
        {
            Instruction load = recorded[slot];
            if (load.Opcode == Opcode.LdImm64 && _descriptors.TryGetValue(load.Immediate, out int descriptor))
                code[slot] = new Instruction(load.Opcode, load.Destination, load.Source, load.Offset, descriptor);
        }

        return code;
    }

    int Create(RecordedMap map)
    {
        Span<byte> attributes = stackalloc byte[72];
        attributes.Clear();
        Put(attributes, 0, (uint)map.Type);
        Put(attributes, 4, map.KeySize);
        Put(attributes, 8, map.ValueSize);
        Put(attributes, 12, map.Entries);
        Put(attributes, 16, map.Flags);
        Put(attributes, 20, map.Inner == 0 ? 0 : (uint)_descriptors[map.Inner]);
        Put(attributes, 48, map.Btf == 0 ? 0 : (uint)_descriptors[map.Btf]);
        Put(attributes, 52, (uint)map.KeyType);
        Put(attributes, 56, (uint)map.ValueType);
        return BpfSyscall.Call(BpfSyscall.MapCreate, attributes);
    }

    static int LoadTypes(byte[] section)
    {
        Span<byte> attributes = stackalloc byte[40];
        attributes.Clear();
        fixed (byte* bytes = section)
        {
            Put64(attributes, 0, (ulong)bytes);
            Put(attributes, 16, (uint)section.Length);
            return BpfSyscall.Call(BpfSyscall.BtfLoad, attributes);
        }
    }

    static int Update(int map, byte[] key, byte[] value) => -KernelMaps.Access(KernelMapOperation.Update, map, key, value);

    static void Put(Span<byte> target, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(target[offset..], value);

    static void Put64(Span<byte> target, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(target[offset..], value);
}
