// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Interpreter;
using NopTap.Isa;
using NopTap.Jit;
using NopTap.Links;
using NopTap.Maps;
using NopTap.Threads;
using NopTap.Trampolines;
using NopTap.Verifier;

namespace NopTap.Loading;

/// <summary>Verifies a program, makes it executable and binds it. On a refusal the program stays unbound and nothing is left behind.</summary>
internal static class ProgramBuilder
{
    /// <summary>Builds a program against the context of its type or, for an observer, of its target.</summary>
    /// <param name="program">An unbound program.</param>
    /// <param name="type">Context, helpers and return values of programs of its kind.</param>
    /// <param name="budget">What is left for verification; less afterwards.</param>
    /// <param name="prototype">Of an observer: what its target's arguments are.</param>
    /// <exception cref="BpfException">It was refused.</exception>
    internal static void Build(BpfProgram program, ProgramTypeInfo type, LoadBudget budget, ProbePrototype? prototype = null)
    {
        BpfRuntime runtime = program.Runtime;
        FrozenDictionary<int, HelperBinding> helpers = runtime.Helpers.For(program.Spec.Type);
        ImmutableArray<MapSpec> maps = [.. program.Maps.Select(map => map.Spec)];
        VerificationResult result = budget.Verify(VerificationRequests.For(program.Spec, maps, type, helpers));
        VerifiedProgram verified = result.EnsureAccepted();
        if (AvailableHelpers.FirstMissing(verified, helpers) is Diagnostic missing)
            throw new BpfOperationException(missing);
        if (AvailableMaps.FirstMissing(verified, maps) is Diagnostic unknown)
            throw new BpfOperationException(unknown);
        var contract = new CallContract(runtime, program.Spec, verified.Context, prototype);
        ImmutableArray<ProgramArrayMap> claimed = CalledArrays.Claim(program, verified, contract);
        bool isBound = false;
        try
        {
            ProgramImage image = runtime.Engine == BpfEngine.Compiler
                ? Compile(program, verified, helpers)
                : Interpret(program, verified, helpers);
            program.Bind(image, contract, claimed);
            isBound = true;
        }
        finally
        {
            if (!isBound)
                CalledArrays.Withdraw(claimed);
        }
    }

    static ProgramImage Compile(BpfProgram program, VerifiedProgram verified, FrozenDictionary<int, HelperBinding> helpers)
    {
        CodeMemory memory = program.Runtime.Code!;
        var request = new CompilationRequest
        {
            Program = verified,
            Maps = Addresses(program.Maps),
            MapValues = ValueAddresses(program.Maps),
            MapSpecs = [.. program.Maps.Select(map => map.Spec)],
            Features = MachineFeatureDetection.Current,
            Helpers = WithEmitted(AddressesOf(program, helpers)),
            BaseAddress = memory.BaseAddress,
            OmitsRounds = program.Runtime.Options.OmitsRounds,
        };
        CodeImage image = ProgramCompiler.Compile(request);
        CodeBlock block = memory.Allocate(image.Bytes.Length);
        block.Write(image.Bytes.AsSpan());
        // The code is the same at every multiple of 64.
        return new ProgramImage(verified, image with { BaseAddress = block.Address }, block);
    }

    static ProgramImage Interpret(BpfProgram program, VerifiedProgram verified, FrozenDictionary<int, HelperBinding> helpers)
    {
        var world = new InterpretedWorld(program);
        program.InterpreterProbes = new InterpreterProbes(verified.Sites.Length, verified.Functions.Length);
        return new ProgramImage(verified, new ProgramInterpreter(verified, new InterpreterImports
        {
            Maps = Addresses(program.Maps),
            MapValues = ValueAddresses(program.Maps),
            MapSpecs = [.. program.Maps.Select(map => map.Spec)],
            Helpers = AddressesOf(program, helpers),
            Signatures = helpers.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Signature),
            Regions = world,
            TailCalls = world,
            Elements = world,
            Probes = program.InterpreterProbes,
            Rounds = ThreadRounds.Instance,
            InstructionBudget = InterpreterImports.NoInstructionBudget,
        }));
    }

    static FrozenDictionary<int, nint> AddressesOf(BpfProgram program, FrozenDictionary<int, HelperBinding> helpers)
    {
        IEnumerable<KeyValuePair<int, nint>> called = helpers.Where(pair => pair.Value.IsAvailable).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Address));
        return (program.TypeInfo.Kind == ContextKind.Skb ? called.Concat(PacketHelpers.LegacyLoads) : called).ToFrozenDictionary();
    }

    // What machine code needs where it does the work of a helper itself.
    static FrozenDictionary<int, nint> WithEmitted(FrozenDictionary<int, nint> helpers)
    {
        var all = new Dictionary<int, nint>(helpers)
        {
            [InternalHelpers.WakeConsumer] = MapHelpers.RingWakeAddress,
            [InternalHelpers.WaitForLock] = LockHelpers.WaitAddress,
        };
        if (Clock.Function != 0)
            all.Add(InternalHelpers.ClockGetTime, Clock.Function);
        return all.ToFrozenDictionary();
    }

    static unsafe ImmutableArray<nint> Addresses(ImmutableArray<BpfMap> maps) => [.. maps.Select(map => (nint)map.Header)];

    static ImmutableArray<nint> ValueAddresses(ImmutableArray<BpfMap> maps) => [.. maps.Select(map => map.ValuesAddress)];
}
