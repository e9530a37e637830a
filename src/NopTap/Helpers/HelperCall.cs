// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Maps;

namespace NopTap.Helpers;

/// <summary>The code of a host's helper. What it throws ends neither the run nor the process: the program sees -EFAULT, the host an error of the run.</summary>
/// <param name="call">Arguments.</param>
/// <returns>What the program gets in r0.</returns>
public delegate ulong HostHelper(in HelperCall call);

/// <summary>One call of a host's helper: its arguments, typed by its signature. Valid during the call, which it and its spans cannot leave.</summary>
/// <remarks>A default one is of no call: every member throws <see cref="InvalidOperationException"/>.</remarks>
public readonly unsafe ref struct HelperCall
{
    readonly ReadOnlySpan<ulong> _values;
    readonly HelperSignature? _signature;
    readonly ThreadBlock* _thread;

    internal HelperCall(ReadOnlySpan<ulong> values, HelperSignature signature, ThreadBlock* thread)
    {
        _values = values;
        _signature = signature;
        _thread = thread;
    }

    /// <summary>Number of arguments.</summary>
    public int Count => Signature.Arguments.Length;

    /// <summary>Processor number of the run.</summary>
    public uint Processor => _thread == null ? throw NoCall() : _thread->Processor;

    /// <summary>An argument as a number.</summary>
    /// <param name="index">0 for r1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public ulong this[int index] => (uint)index < (uint)Count ? _values[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Memory that an argument points at; its length is in the argument behind it. Empty for null.</summary>
    /// <param name="index">Index of the memory argument.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="InvalidOperationException">The argument is no memory with a size.</exception>
    public ReadOnlySpan<byte> Memory(int index) => Kind(index) is HelperArgument.Memory or HelperArgument.MemoryOrNull ? Span(index) : throw NotMemory(index);

    /// <summary>Memory that an argument points at, to be written; its length is in the argument behind it.</summary>
    /// <param name="index">Index of the memory argument.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="InvalidOperationException">The argument is no writable memory with a size.</exception>
    public Span<byte> WritableMemory(int index) => Kind(index) is HelperArgument.MemoryUninitialized or HelperArgument.WritableMemoryOrNull ? Span(index) : throw NotMemory(index);

    /// <summary>The map that an argument names.</summary>
    /// <param name="index">Index of the map argument.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="InvalidOperationException">The argument is no map.</exception>
    public BpfMap Map(int index) => Kind(index) == HelperArgument.ConstMapPointer && BpfMap.From((MapHeader*)this[index]) is { } map
        ? map
        : throw new InvalidOperationException($"argument {index} of {Signature.Name} is no map");

    HelperSignature Signature => _signature ?? throw NoCall();

    static InvalidOperationException NoCall() => new("this is no call of a helper, but a default value");

    HelperArgument Kind(int index) => index >= 0 && index < Count ? Signature.Arguments[index] : throw new ArgumentOutOfRangeException(nameof(index));

    Span<byte> Span(int index) => this[index] == 0 ? default : new((void*)this[index], checked((int)(uint)this[index + 1]));

    InvalidOperationException NotMemory(int index) => new($"argument {index} of {Signature.Name} is {Kind(index)}");

    /// <summary>Whether the arguments are such as can be handed to managed code: each memory has its size behind it.</summary>
    internal static bool AreCallable(ImmutableArray<HelperArgument> arguments)
    {
        if (arguments.IsDefault || arguments.Length > 5)
            return false;
        for (int i = 0; i < arguments.Length; i++)
        {
            bool isSize = arguments[i] is HelperArgument.Size or HelperArgument.SizeOrZero;
            bool followsMemory = i > 0 && IsMemory(arguments[i - 1]);
            if (isSize != followsMemory)
                return false;
            bool isKnown = isSize || IsMemory(arguments[i]) || arguments[i] is HelperArgument.Anything or HelperArgument.ConstMapPointer or HelperArgument.Context;
            if (!isKnown)
                return false;
        }

        return arguments.IsEmpty || !IsMemory(arguments[^1]);
    }

    static bool IsMemory(HelperArgument argument) =>
        argument is HelperArgument.Memory or HelperArgument.MemoryOrNull
            or HelperArgument.MemoryUninitialized or HelperArgument.WritableMemoryOrNull;
}
