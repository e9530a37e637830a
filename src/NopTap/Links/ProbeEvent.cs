// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Helpers;
using NopTap.Jit.Abi;
using NopTap.Trampolines;

namespace NopTap.Links;

/// <summary>One hit of a probe, or one entry or exit of a function, as an observer sees it. Allocates nothing.</summary>
/// <remarks>
/// Valid during the call of the observer, which it cannot leave; a default one is of no hit: every member throws
/// <see cref="InvalidOperationException"/>. Arguments are read at the width and signedness of their declared types, whatever the rest of the register holds.
/// </remarks>
public readonly unsafe ref struct ProbeEvent
{
    readonly BpfLink? _link;
    readonly TrampolineNode? _node;

    internal ProbeEvent(BpfLink link, TrampolineNode node, ulong* arguments, ThreadBlock* block)
    {
        _link = link;
        _node = node;
        Arguments = arguments;
        Block = block;
    }

    internal ulong* Arguments { get; }

    internal ThreadBlock* Block { get; }

    /// <summary>Words in the argument array: the result of a function stands behind its arguments.</summary>
    internal int Words => Count + (IsExit ? 1 : 0);

    /// <summary>The link that brought the observer here.</summary>
    public BpfLink Link => _link ?? throw NoEvent();

    /// <summary>Name of the probe or function.</summary>
    public string Probe => Link.ProbeName;

    /// <summary>Which of the link's sites was hit.</summary>
    public int Site => Node.Site;

    /// <summary>The link's cookie.</summary>
    public ulong Cookie => Link.Cookie;

    /// <summary>Processor number that the target's run sees.</summary>
    public uint Processor => Block == null ? throw NoEvent() : Block->Processor;

    /// <summary>Declared parameters.</summary>
    public ImmutableArray<ProbeParameter> Parameters => Link.Parameters;

    /// <summary>Number of arguments.</summary>
    public int Count => Link.ParameterCount;

    /// <summary>Whether a function returns: then there is a <see cref="ReturnValue"/>.</summary>
    public bool IsExit => Node.IsExit;

    /// <summary>What the function returns, the whole register.</summary>
    /// <exception cref="InvalidOperationException">This is no exit.</exception>
    public ulong ReturnValue => IsExit
        ? Arguments[Count]
        : throw new InvalidOperationException($"{Probe} has no return value here; attach to a function's exit to see one");

    /// <summary>An argument, extended to 64 bits by its declared type.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public long this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(index), index, $"{Probe} has {Count} arguments");
            return Extend(Arguments[index], Link.Parameters[index]);
        }
    }

    /// <summary>An argument by its parameter name.</summary>
    /// <param name="name">A name of the declaration.</param>
    /// <exception cref="ArgumentException">No parameter has this name; the RFC's header gives none at all.</exception>
    public long this[string name] => this[IndexOf(name)];

    /// <summary>The low bytes of an argument, extended by its declared type first, as a value of 1, 2, 4 or 8 bytes.</summary>
    /// <typeparam name="T">An integer, an enum, a pointer or the like.</typeparam>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="NotSupportedException">The type has more than 8 bytes.</exception>
    public T Get<T>(int index)
        where T : unmanaged
    {
        if (sizeof(T) > sizeof(long))
            throw new NotSupportedException($"{typeof(T).Name} is larger than the 8 bytes of an argument");
        long value = this[index];
        return MemoryMarshal.Read<T>(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));
    }

    /// <summary>As <see cref="Get{T}(int)"/>, by name.</summary>
    /// <typeparam name="T">An integer, an enum, a pointer or the like.</typeparam>
    /// <param name="name">A name of the declaration.</param>
    public T Get<T>(string name)
        where T : unmanaged => Get<T>(IndexOf(name));

    /// <summary>An argument as a signed 32-bit number.</summary>
    /// <param name="name">A name of the declaration.</param>
    public int GetInt32(string name) => (int)this[name];

    /// <summary>An argument as an unsigned 32-bit number.</summary>
    /// <param name="name">A name of the declaration.</param>
    public uint GetUInt32(string name) => (uint)this[name];

    /// <summary>An argument as a signed 64-bit number.</summary>
    /// <param name="name">A name of the declaration.</param>
    public long GetInt64(string name) => this[name];

    /// <summary>An argument as an unsigned 64-bit number.</summary>
    /// <param name="name">A name of the declaration.</param>
    public ulong GetUInt64(string name) => (ulong)this[name];

    /// <summary>Index of a parameter by name.</summary>
    /// <param name="name">A name of the declaration.</param>
    /// <exception cref="ArgumentException">No parameter has this name.</exception>
    public int IndexOf(string name)
    {
        ImmutableArray<ProbeParameter> parameters = Link.Parameters;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Name == name)
                return i;
        }

        throw new ArgumentException($"{Probe}({string.Join(", ", parameters)}) has no parameter '{name}'", nameof(name));
    }

    /// <summary>
    /// Copies memory at a pointer argument: what the target itself may read (its context and packet, its stack, values of maps). Never faults.
    /// </summary>
    /// <param name="address">For example <c>e.GetUInt64("ip")</c>.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>False when not all of it is the target's to read; then nothing is copied.</returns>
    public bool TryReadMemory(ulong address, Span<byte> destination)
    {
        if (Block == null)
            throw NoEvent();

        // The argument array lies in the trampoline's frame, below every frame of the target.
        if (!ReadableRegions.IsReadable(Block, address, (ulong)destination.Length, (ulong)Arguments))
            return false;

        // SAFETY: the regions stay as they are while the target's run goes on, which waits for this observer.
        new ReadOnlySpan<byte>((void*)address, destination.Length).CopyTo(destination);
        return true;
    }

    TrampolineNode Node => _node ?? throw NoEvent();

    static InvalidOperationException NoEvent() => new("this is no event of a probe, but a default value");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static long Extend(ulong value, ProbeParameter parameter)
    {
        int unused = 64 - (8 * parameter.Size);
        return parameter.IsSigned ? (long)(value << unused) >> unused : (long)(value << unused >> unused);
    }
}
