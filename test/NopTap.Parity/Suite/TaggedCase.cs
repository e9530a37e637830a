// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Formats.Btf;
using NopTap.Isa;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity.Suite;

/// <summary>A test of an object, with what its tags say.</summary>
sealed class TaggedCase : SuiteCase
{
    const string ResultTag = "comment:test_retval=";
    const int DataLength = 64;
    const int LibbpfPoison = 0xbad2310; // the helper that libbpf calls in place of what it could not relocate

    readonly string _path;
    readonly OurObject _ours;
    readonly KernelProgram _program;

    public TaggedCase(string file, string path, OurObject ours, KernelProgram program)
    {
        File = file;
        _path = path;
        _ours = ours;
        _program = program.Type == 0 && ours.Find(program.Name) is { } known
            ? program with { Type = (int)known.Type, AttachType = (int)known.AttachType }
            : program;
        Runs = [.. Results(ours.Spec?.Btf, program.Name).Select(result => new SuiteRun(new byte[DataLength], result))];
    }

    public override string File { get; }

    public override string Name => _program.Name;

    public override ProgramType Type => (ProgramType)_program.Type;

    public override IReadOnlyList<SuiteRun> Runs { get; }

    // The program alone, and what its program arrays begin with.
    public override BpfObjectSpec Spec
    {
        get
        {
            BpfObjectSpec all = _ours.Spec!;
            HashSet<string> wanted = [Name, .. all.Maps.Where(map => map.Type == MapType.ProgArray).SelectMany(map => map.InitialEntries).Select(entry => entry.Value)];
            IEnumerable<ProgramSpec> others = all.Programs.Where(program => wanted.Contains(program.Name) && program.Name != Name);
            return all with { Programs = [.. others, all.Programs.Single(program => program.Name == Name) with { AutoLoad = true }] };
        }
    }

    public override OurAnswer AskOurs() => _ours.Ask(Name);

    public override (KernelAnswer Answer, List<uint> Results) AskKernel()
    {
        var results = new List<uint>();
        KernelAnswer answer = KernelObject.Ask(_path, _program, _ours.License, whenLoaded: descriptor =>
        {
            foreach (SuiteRun run in Runs)
            {
                if (KernelTestRun.Run(descriptor, run.Data) is { } result)
                    results.Add(result);
            }
        });
        bool isPoisoned = answer.Reason == $"invalid func unknown#{LibbpfPoison}";
        return (isPoisoned ? answer with { Outcome = KernelOutcome.NotReached, Reason = "a CO-RE relocation has no target in this kernel" } : answer, results);
    }

    // What the C side of these tests writes into their maps before it runs them.
    public override void Fill(BpfObject loaded)
    {
        if (File is not ("verifier_array_access.c" or "verifier_value_ptr_arith.c"))
            return;
        byte[] value = new byte[48];
        BitConverter.TryWriteBytes(value, 28);
        BitConverter.TryWriteBytes(value.AsSpan(28), 0xabcdef12);
        foreach (Maps.BpfMap map in loaded.Maps)
        {
            if (map.Name is "map_array_ro" or "map_array_48b")
                map.Update(new byte[4], value);
        }
    }

    static IEnumerable<uint?> Results(BtfTypes? types, string name)
    {
        if (types?.FindByName<BtfFunc>(name) is not { } function)
            yield break;
        foreach (BtfDeclTag tag in types.TagsOf(function.Id))
        {
            if (tag.ComponentIndex == -1 && tag.Name.StartsWith(ResultTag, StringComparison.Ordinal))
                yield return Result(tag.Name[ResultTag.Length..]);
        }
    }

    static uint? Result(string text) => text switch
    {
        "INT_MIN" => 1U << 31,
        "POINTER_VALUE" => null,
        "TEST_DATA_LEN" => DataLength,
        _ when text.StartsWith("0x", StringComparison.Ordinal) => (uint)ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        _ => (uint)long.Parse(text, CultureInfo.InvariantCulture),
    };
}
