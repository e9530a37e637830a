// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Maps;
using NopTap.Parity.Kernel;
using NopTap.Parity.Ours;

namespace NopTap.Parity.Suite;

/// <summary>A test of a table.</summary>
/// <param name="file">File of the table.</param>
/// <param name="test">The test.</param>
sealed class RecordedCase(string file, RecordedTest test) : SuiteCase
{
    BpfObjectSpec? _spec;

    public override string File => file;

    public override string Name => test.Name;

    public override ProgramType Type => test.Subject.Type;

    public override IReadOnlyList<SuiteRun> Runs => test.Runs;

    public override BpfObjectSpec Spec => _spec ??= RecordedSpecs.Build(test);

    public override OurAnswer AskOurs()
    {
        try
        {
            return OurObject.Ask(Spec.Programs[^1], Spec.Maps);
        }
        catch (BpfFormatException e)
        {
            return new OurAnswer(e.Diagnostic, null, null);
        }
    }

    public override (KernelAnswer Answer, List<uint> Results) AskKernel() => RecordedKernel.Ask(test);

    public override void Fill(BpfObject loaded)
    {
        foreach ((int map, byte[] key, byte[] value) in test.Entries)
        {
            BpfMap target = loaded.Maps[test.Maps.FindIndex(other => other.Handle == map)];
            if (target is BpfMapOfMaps outer)
                outer.Set(key, loaded.Maps[test.Maps.FindIndex(other => other.Handle == BinaryPrimitives.ReadInt32LittleEndian(value))]);
            else if (target is not ProgramArrayMap)
                target.Update(key, value);
        }
    }
}
