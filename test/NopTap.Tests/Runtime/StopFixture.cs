// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit;

namespace NopTap.Tests.Runtime;

/// <summary>test/corpus/stops in a runtime, with what a run leaves behind.</summary>
sealed class StopFixture : IDisposable
{
    readonly BpfRuntime _runtime;

    internal StopFixture(BpfEngine engine, long? rounds = null)
    {
        var options = new BpfRuntimeOptions { Engine = engine };
        _runtime = new BpfRuntime(rounds is long limit ? options with { Rounds = limit } : options);
        Object = _runtime.Load(Repository.PathOf("test", "corpus", "stops", "stops.bpf.o"));
        for (uint key = 0; key < 200; key++)
            Object.Maps["flows"].Update(BitConverter.GetBytes(key), new byte[8]);
    }

    internal BpfObject Object { get; }

    internal long Inner => Object.Global("inner_rounds");

    internal long Outer => Object.Global("outer_rounds");

    internal long Results => Object.Global("results");

    internal BpfProgram this[string program] => Object.Programs[program];

    /// <summary>What a run gave, and all that it left in maps.</summary>
    internal string Run(string program, RunOptions options = default)
    {
        RunResult result = this[program].Run(Loaded.Packet, options);
        return $"{result.ReturnValue} {result.Stop} {result.Rounds}: {Inner} {Outer} {Results} {Object.Global("tails")} {Cells()}";
    }

    public void Dispose() => _runtime.Dispose();

    string Cells()
    {
        ulong sum = 0;
        for (uint key = 0; key < 300; key++)
            sum = (sum * 31) + BitConverter.ToUInt64(Object.Maps["cells"].Lookup(BitConverter.GetBytes(key)));
        return sum.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
