// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Isa;

namespace NopTap.Cli.Running;

/// <summary>An object loaded for one command.</summary>
sealed class Session : IDisposable
{
    Session(ObjectFile file, BpfRuntime runtime, BpfObject loaded) => (File, Runtime, Object) = (file, runtime, loaded);

    /// <summary>Where it came from.</summary>
    public ObjectFile File { get; }

    /// <summary>Where it lives.</summary>
    public BpfRuntime Runtime { get; }

    /// <summary>The object.</summary>
    public BpfObject Object { get; }

    /// <summary>Loads an object.</summary>
    /// <exception cref="BpfException">It was refused.</exception>
    public static Session Load(ObjectFile file, BpfRuntimeOptions options)
    {
        var runtime = new BpfRuntime(options);
        BpfObject? loaded = null;
        try
        {
            loaded = runtime.Load(file.Spec);
            return new Session(file, runtime, loaded);
        }
        finally
        {
            if (loaded is null)
                runtime.Dispose();
        }
    }

    /// <summary>The program to run: the one named, or the only one that takes packets.</summary>
    /// <exception cref="BpfOperationException">There is no such program, or more than one.</exception>
    public BpfProgram PacketProgram(string? name)
    {
        if (name is not null)
        {
            BpfProgram named = Program(name);
            if (named.NotRunnable is { } why)
                throw new BpfOperationException(why);
            return TakesPackets(named) ? named : throw new BpfOperationException(CliDiagnostics.NotForPackets.At(
                new DiagnosticPlace { File = File.Spec.Name, Program = name, Section = named.Spec.SectionName },
                $"its context is of kind {named.TypeInfo.Kind}",
                $"name a program that takes packets: {Names(PacketPrograms)}"));
        }

        BpfProgram[] candidates = [.. PacketPrograms];
        if (candidates.Length == 1)
            return candidates[0];
        throw new BpfOperationException(CliDiagnostics.ProgramNotNamed.At(
            new DiagnosticPlace { File = File.Spec.Name },
            candidates.Length == 0 ? "the object has no program that takes packets" : $"the object has {candidates.Length} programs that take packets",
            candidates.Length == 0 ? "give an object with an xdp, tc or socket program" : $"name one: {Names(candidates)}"));
    }

    /// <summary>A program by name.</summary>
    /// <exception cref="BpfOperationException">There is none.</exception>
    public BpfProgram Program(string name) => Object.Programs.TryGet(name, out BpfProgram? program)
        ? program
        : throw Choices.NoProgram(File.Spec, name);

    IEnumerable<BpfProgram> PacketPrograms => Object.Programs.Where(TakesPackets);

    /// <inheritdoc/>
    public void Dispose() => Runtime.Dispose();

    static bool TakesPackets(BpfProgram program) => program.TypeInfo.Kind is ContextKind.Xdp or ContextKind.Skb;

    static string Names(IEnumerable<BpfProgram> programs) => Choices.List(programs.Select(program => program.Name));
}
