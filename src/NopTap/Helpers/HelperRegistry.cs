// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using NopTap.Contexts;
using NopTap.Isa;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>Takes a buffer of the program that it may read.</summary>
/// <param name="memory">The buffer, during the call.</param>
public delegate ulong MemoryHelper(ReadOnlySpan<byte> memory);

/// <summary>Fills a buffer of the program.</summary>
/// <param name="memory">The buffer, during the call.</param>
public delegate ulong FillHelper(Span<byte> memory);

/// <summary>The helpers of a runtime: the kernel's, and those that the host adds for its own programs.</summary>
/// <remarks>
/// A program calls a host's helper by its number, as it calls the kernel's:
/// <c>static long (*score)(__u64 key) = (void *)0x10000;</c>. Numbers are given in the order of registration. Thread-safe; a helper
/// serves objects that are loaded after it was added.
/// </remarks>
public sealed class HelperRegistry
{
    readonly Lock _lock = new();
    HostEntry[] _entries = [];

    /// <summary>Helpers that a host can add to one runtime.</summary>
    public const int Capacity = HostStubs.Count;

    /// <summary>Types of the helpers that the host added, in order.</summary>
    public ImmutableArray<HelperSignature> Added => [.. Volatile.Read(ref _entries).Select(entry => entry.Signature)];

    /// <summary>Adds a helper.</summary>
    /// <param name="name">A C identifier that no helper has, without <c>bpf_</c>.</param>
    /// <param name="arguments">Its arguments; each memory is followed by its size.</param>
    /// <param name="helper">Its code; called on any thread that runs a program.</param>
    /// <param name="returns">A number or nothing.</param>
    /// <returns>The number by which programs call it.</returns>
    /// <exception cref="BpfOperationException">The name is taken or malformed, the signature cannot be called, or there is no place left.</exception>
    public int Add(string name, ImmutableArray<HelperArgument> arguments, HostHelper helper, HelperReturn returns = HelperReturn.Integer)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(helper);
        // A copy, as of specifications: calls are read by it, and whoever made the array may have kept a way to write to it.
        arguments = arguments.IsDefault ? arguments : ImmutableArray.Create(arguments.AsSpan());
        if (!HelperCall.AreCallable(arguments) || returns is not (HelperReturn.Integer or HelperReturn.Void))
        {
            throw new BpfOperationException(RuntimeDiagnostics.HostHelperSignature.At(
                default,
                $"helper '{name}' ({(arguments.IsDefault ? "no arguments given" : string.Join(", ", arguments))}) -> {returns} cannot be called",
                "use at most five arguments: numbers, maps, the context, and memory with its size behind it; return a number or nothing"));
        }

        lock (_lock)
        {
            CheckName(name);
            int index = _entries.Length;
            if (index == Capacity)
            {
                throw new BpfOperationException(RuntimeDiagnostics.HostHelpersExhausted.At(
                    default, $"all {Capacity} places for helpers of the host are taken", "give one helper a number that says what to do"));
            }

            int id = HelperSignature.FirstHostId + index;
            var signature = new HelperSignature(id, name, returns, arguments, HelperEffects.Managed);
            Volatile.Write(ref _entries, [.. _entries, new HostEntry(signature, helper)]);
            return id;
        }
    }

    /// <summary>Adds a helper without arguments.</summary>
    /// <inheritdoc cref="Add(string, ImmutableArray{HelperArgument}, HostHelper, HelperReturn)"/>
    public int Add(string name, Func<ulong> helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Add(name, [], (in HelperCall _) => helper());
    }

    /// <summary>Adds a helper of one number.</summary>
    /// <inheritdoc cref="Add(string, ImmutableArray{HelperArgument}, HostHelper, HelperReturn)"/>
    public int Add(string name, Func<ulong, ulong> helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Add(name, Numbers(1), (in HelperCall call) => helper(call[0]));
    }

    /// <summary>Adds a helper of two numbers.</summary>
    /// <inheritdoc cref="Add(string, ImmutableArray{HelperArgument}, HostHelper, HelperReturn)"/>
    public int Add(string name, Func<ulong, ulong, ulong> helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Add(name, Numbers(2), (in HelperCall call) => helper(call[0], call[1]));
    }

    /// <summary>Adds a helper of three numbers.</summary>
    /// <inheritdoc cref="Add(string, ImmutableArray{HelperArgument}, HostHelper, HelperReturn)"/>
    public int Add(string name, Func<ulong, ulong, ulong, ulong> helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Add(name, Numbers(3), (in HelperCall call) => helper(call[0], call[1], call[2]));
    }

    /// <summary>Adds a helper that reads a buffer: <c>long (*name)(const void *memory, __u64 size)</c>.</summary>
    /// <inheritdoc cref="Add(string, ImmutableArray{HelperArgument}, HostHelper, HelperReturn)"/>
    public int Add(string name, MemoryHelper helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Add(name, [HelperArgument.Memory, HelperArgument.Size], (in HelperCall call) => helper(call.Memory(0)));
    }

    /// <summary>Adds a helper that fills a buffer: <c>long (*name)(void *memory, __u64 size)</c>.</summary>
    /// <inheritdoc cref="Add(string, ImmutableArray{HelperArgument}, HostHelper, HelperReturn)"/>
    public int Add(string name, FillHelper helper)
    {
        ArgumentNullException.ThrowIfNull(helper);
        return Add(name, [HelperArgument.MemoryUninitialized, HelperArgument.Size], (in HelperCall call) => helper(call.WritableMemory(0)));
    }

    /// <summary>All helpers that a program of a type may call, by number; those that this runtime lacks among them, marked so.</summary>
    /// <param name="type">Program type.</param>
    internal FrozenDictionary<int, HelperBinding> For(ProgramType type)
    {
        var helpers = new Dictionary<int, HelperBinding>();
        if (ProgramTypes.TryGet(type, out ProgramTypeInfo? info))
        {
            foreach (HelperId id in info.Helpers)
                helpers.Add((int)id, StandardHelpers.Of(id, type));
            AddKernelFunctions(helpers, info);
        }

        HostEntry[] entries = Volatile.Read(ref _entries);
        for (int i = 0; i < entries.Length; i++)
            helpers.Add(entries[i].Signature.Id, new HelperBinding(entries[i].Signature, HostStubs.AddressOf(i)));
        return helpers.ToFrozenDictionary();
    }

    static void AddKernelFunctions(Dictionary<int, HelperBinding> helpers, ProgramTypeInfo type)
    {
        foreach (HelperSignature function in KernelFunctions.All)
        {
            if (type.MayCall((KernelFunctionId)function.Id))
                helpers.Add(function.Id, StandardHelpers.Table[function.Id]);
        }

        if (!type.WritesPackets && helpers.ContainsKey((int)KernelFunctionId.DynptrFromSkb))
            helpers[(int)KernelFunctionId.DynptrFromSkb] = StandardHelpers.FromReadOnlySkb;
    }

    /// <summary>Calls a host's helper. Called by its stub.</summary>
    internal unsafe ulong Call(int index, ReadOnlySpan<ulong> values, ThreadBlock* thread)
    {
        HostEntry entry = Volatile.Read(ref _entries)[index];
        return entry.Helper(new HelperCall(values, entry.Signature, thread));
    }

    static ImmutableArray<HelperArgument> Numbers(int count) => [.. Enumerable.Repeat(HelperArgument.Anything, count)];

    void CheckName(string name)
    {
        bool isIdentifier = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        bool isTaken = HelperCatalog.TryFindId(name, out _) || _entries.Any(entry => entry.Signature.Name == name);
        if (!isIdentifier || isTaken)
        {
            throw new BpfOperationException(RuntimeDiagnostics.HostHelperName.At(
                default,
                isTaken ? $"a helper '{name}' exists already" : $"'{name}' is no C identifier",
                "choose another name"));
        }
    }

    readonly record struct HostEntry(HelperSignature Signature, HostHelper Helper);
}
