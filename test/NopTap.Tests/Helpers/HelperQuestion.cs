// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Isa;
using NopTap.Loading;
using NopTap.Verifier;

namespace NopTap.Tests.Helpers;

/// <summary>What can be handed to a helper.</summary>
internal enum Handed
{
    Zero,
    Eight,
    AnyNumber,
    Context,
    ModifiedContext,
    Stack,
    MisalignedStack,
    StackTooShort,
    MapValue,
    MaybeMapValue,
    ReadOnlyData,
    Packet,
    PacketEnd,
    Map,
    PacketSocket,
    FoundSocket,
    Function,
}

/// <summary>A program that calls one helper with chosen arguments, for both verifiers.</summary>
internal static class HelperQuestion
{
    internal const int Room = 64;

    /// <summary>A map of each type that helpers ask for; the first is what programs look things up in.</summary>
    internal static readonly ImmutableArray<MapSpec> Maps =
    [
        new() { Name = "array", Type = MapType.Array, KeySize = 4, ValueSize = Room, MaxEntries = 2 },
        new() { Name = "text", Type = MapType.Array, KeySize = 4, ValueSize = Room, MaxEntries = 1, Flags = 1 << 7, IsReadOnlyData = true, IsGlobalData = true, InitialValue = [.. "text"u8, .. new byte[Room - 4]] },
        new() { Name = "hash", Type = MapType.Hash, KeySize = 8, ValueSize = 16, MaxEntries = 2 },
        new() { Name = "percpu", Type = MapType.PercpuArray, KeySize = 4, ValueSize = 16, MaxEntries = 2 },
        new() { Name = "percpu_hash", Type = MapType.PercpuHash, KeySize = 4, ValueSize = 16, MaxEntries = 2 },
        new() { Name = "programs", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "perf", Type = MapType.PerfEventArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "ring", Type = MapType.Ringbuf, MaxEntries = 4096 },
        new() { Name = "queue", Type = MapType.Queue, ValueSize = 16, MaxEntries = 2 },
        new() { Name = "stack", Type = MapType.Stack, ValueSize = 16, MaxEntries = 2 },
        new() { Name = "bloom", Type = MapType.BloomFilter, ValueSize = 16, MaxEntries = 2 },
        new() { Name = "groups", Type = MapType.CgroupArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "group", Type = MapType.CgroupStorage, KeySize = 8, ValueSize = 16 },
        new() { Name = "devices", Type = MapType.Devmap, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "device_hash", Type = MapType.DevmapHash, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "processors", Type = MapType.Cpumap, KeySize = 4, ValueSize = 4, MaxEntries = 1 },
        new() { Name = "sockets", Type = MapType.Xskmap, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "sock", Type = MapType.Sockmap, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
        new() { Name = "sock_hash", Type = MapType.Sockhash, KeySize = 4, ValueSize = 4, MaxEntries = 2 },
    ];

    /// <summary>Arguments that a signature asks for; null where this table has none for some of them.</summary>
    internal static Handed[]? Fitting(HelperSignature signature, ProgramType type)
    {
        var handed = new Handed[signature.Arguments.Length];
        for (int i = 0; i < handed.Length; i++)
        {
            Handed? one = signature.Arguments[i] switch
            {
                HelperArgument.Anything => Handed.Eight,
                HelperArgument.ConstMapPointer => Handed.Map,
                HelperArgument.Context or HelperArgument.ContextOrNull => Handed.Context,
                HelperArgument.Size or HelperArgument.SizeOrZero or HelperArgument.ConstantAllocationSize => Handed.Eight,
                HelperArgument.Zero => Handed.Zero,
                HelperArgument.ConstantString => Handed.ReadOnlyData,
                HelperArgument.Socket => type == ProgramType.Xdp ? Handed.FoundSocket : Handed.PacketSocket,
                HelperArgument.SocketReleased => Handed.FoundSocket,
                HelperArgument.Callback or HelperArgument.StackOrNull or HelperArgument.AllocatedMemoryReleased or HelperArgument.SpinLock
                    or HelperArgument.NewDynptr or HelperArgument.Dynptr or HelperArgument.DynptrReleased => null,
                HelperArgument.MapValueMemory => Handed.MapValue,
                _ => Handed.Stack,
            };
            if (one is null)
                return null;
            handed[i] = one.Value;
        }

        return handed;
    }

    /// <summary>The program.</summary>
    internal static ProgramSpec Program(ProgramType type, HelperSignature helper, Handed[] handed, int map)
    {
        var text = new StringBuilder("r6 = r1\n");
        for (int at = 8; at <= Room; at += 8)
            text.Append($"*(u64 *)(r10 - {at}) = 0\n");
        Prepare(text, type, handed);
        for (int i = 0; i < handed.Length; i++)
            text.Append(Argument(handed[i], i + 1, map));
        text.Append($"call {helper.Name}\n");
        bool held = handed.Contains(Handed.FoundSocket);
        if (held && helper.Arguments.Contains(HelperArgument.SocketReleased))
            held = false;
        bool acquired = (helper.Effects & HelperEffects.Acquires) != 0 || (helper.Id == (int)HelperId.MapLookupElem && Maps[map].Type is MapType.Sockmap or MapType.Sockhash);
        if (acquired)
            text.Append("if r0 == 0 goto out\nr1 = r0\ncall sk_release\n");
        if (helper.Return == HelperReturn.AllocatedMemoryOrNull)
            text.Append("if r0 == 0 goto out\nr1 = r0\nr2 = 0\ncall ringbuf_discard\n");
        if (held)
            text.Append("r1 = r8\ncall sk_release\n");
        text.Append("out:\nr0 = 0\nexit\n");
        if (handed.Contains(Handed.Function))
            text.Append("fn_callback:\nr0 = 0\nexit\n");
        return Spec(text.ToString(), type);
    }

    static void Prepare(StringBuilder text, ProgramType type, Handed[] handed)
    {
        if (handed.Contains(Handed.FoundSocket))
            text.Append("r1 = r6\nr2 = r10\nr2 += -64\nr3 = 12\nr4 = 0\nr5 = 0\ncall sk_lookup_tcp\nif r0 == 0 goto out\nr8 = r0\n");
        if (handed.Contains(Handed.PacketSocket))
            text.Append("r8 = *(u64 *)(r6 + 168)\nif r8 == 0 goto out\n");
        if (handed.Contains(Handed.MapValue))
            text.Append("r1 = map[idx:0]\nr2 = r10\nr2 += -64\ncall map_lookup_elem\nr9 = r0\nif r9 == 0 goto out\n");
        if (handed.Contains(Handed.MaybeMapValue))
            text.Append("*(u64 *)(r10 - 72) = 7\nr1 = map[idx:0]\nr2 = r10\nr2 += -72\ncall map_lookup_elem\nr9 = r0\n");
        if (handed.Contains(Handed.Packet) || handed.Contains(Handed.PacketEnd))
        {
            (int data, int end) = type == ProgramType.Xdp ? (0, 4) : (76, 80);
            text.Append($"r7 = *(u32 *)(r6 + {data})\nr9 = *(u32 *)(r6 + {end})\nr2 = r7\nr2 += 64\nif r2 > r9 goto out\n");
        }
    }

    static string Argument(Handed handed, int register, int map) => handed switch
    {
        Handed.Zero => $"r{register} = 0\n",
        Handed.Eight => $"r{register} = 8\n",
        Handed.AnyNumber => $"r{register} = *(u32 *)(r6 + 12)\n",
        Handed.Context => $"r{register} = r6\n",
        Handed.ModifiedContext => $"r{register} = r6\nr{register} += 4\n",
        Handed.Stack => $"r{register} = r10\nr{register} += -64\n",
        Handed.MisalignedStack => $"r{register} = r10\nr{register} += -62\n",
        Handed.StackTooShort => $"r{register} = r10\nr{register} += -2\n",
        Handed.MapValue or Handed.MaybeMapValue => $"r{register} = r9\n",
        Handed.ReadOnlyData => $"r{register} = map[idx:1][0]\n",
        Handed.Packet => $"r{register} = r7\n",
        Handed.PacketEnd => $"r{register} = r9\n",
        Handed.Map => $"r{register} = map[idx:{map}]\n",
        Handed.PacketSocket or Handed.FoundSocket => $"r{register} = r8\n",
        _ => $"r{register} = subprog[fn_callback]\n",
    };

    /// <summary>Assembler text as a program of a type.</summary>
    internal static ProgramSpec Spec(string text, ProgramType type)
    {
        AssembledProgram assembled = Assembler.ParseProgram(text);
        int end = assembled.Labels.TryGetValue("fn_callback", out int callback) ? callback : assembled.Instructions.Length;
        ImmutableArray<FunctionSpec> functions = [new("main", 0, end, true, 0)];
        if (end != assembled.Instructions.Length)
            functions = functions.Add(new("callback", end, assembled.Instructions.Length - end, false, 0));
        var references = ImmutableArray.CreateBuilder<MapReference>();
        for (int slot = 0; slot < assembled.Instructions.Length; slot++)
        {
            Instruction instruction = assembled.Instructions[slot];
            if (instruction.IsWideLoad && (byte)instruction.Source is PseudoSource.MapIndex or PseudoSource.MapIndexValue)
            {
                references.Add(new MapReference(
                    slot, instruction.Immediate, (byte)instruction.Source == PseudoSource.MapIndexValue, (uint)assembled.Instructions[slot + 1].Immediate));
            }
        }

        return new ProgramSpec
        {
            Name = "question",
            SectionName = "question",
            Type = type,
            AttachType = type == ProgramType.Xdp ? AttachType.Xdp : default,
            License = "GPL",
            Instructions = assembled.Instructions,
            Functions = functions,
            References = references.ToImmutable(),
        };
    }

    /// <summary>This library's verdict.</summary>
    internal static VerificationResult Ask(ProgramSpec program)
    {
        FrozenDictionary<int, HelperBinding> helpers = new HelperRegistry().For(program.Type);
        return ProgramVerifier.Verify(VerificationRequests.For(program, Maps, ProgramTypes.Of(program), helpers));
    }
}
