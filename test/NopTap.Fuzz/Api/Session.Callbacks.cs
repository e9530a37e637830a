// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.Runtime.CompilerServices;

namespace NopTap.Fuzz.Api;

// What emitted code calls: with what members return, and from inside delegates.
sealed partial class Session
{
    /// <summary>A boxed value as what it is, or the default.</summary>
    internal static T? Unbox<T>(object? value) => value is T unboxed ? unboxed : default;

    /// <summary>Keeps a result for later calls; of a sequence its first elements.</summary>
    internal void Keep(object? value)
    {
        if (value is null || (IsCommon(value) && _random.Below(8) != 0))
            return;
        _pool.Add(value, _random);
        if (value is not IEnumerable sequence || value is string || IsDefaultArray(value))
            return;
        try
        {
            foreach (object? element in sequence.Cast<object?>().Take(8))
            {
                if (element is not null)
                    _pool.Add(element, _random);
            }
        }
        catch (Exception e) when (e is not CallbackException)
        {
            Judge($"{value.GetType().Name} (enumeration)", e);
        }
    }

    /// <summary>A reference came back: others do what they like, then it is read and written.</summary>
    internal object? UseReference<T>(ref T reference, bool isWritable)
    {
        Between();
        T value = reference;
        if (isWritable)
            reference = value;
        return value;
    }

    /// <summary>A span came back: it is read, others do what they like, then it is read again and written.</summary>
    internal object? UseSpan<T>(ref Span<T> span)
    {
        span.ToArray().CopyTo(span);
        Between();
        T[] copy = span.ToArray();
        copy.CopyTo(span);
        return copy;
    }

    /// <summary>As <see cref="UseSpan{T}"/>, without writing.</summary>
    internal object? UseReadOnlySpan<T>(ref ReadOnlySpan<T> span)
    {
        _ = span.ToArray();
        Between();
        return span.ToArray();
    }

    /// <summary>A structure of the stack came back: its members are called, before and after others do what they like.</summary>
    internal object? UseStructure<T>(ref T structure)
        where T : struct, allows ref struct
    {
        Touch(ref structure);
        Between();
        Touch(ref structure);
        return null;
    }

    /// <summary>A delegate of this session was called.</summary>
    internal void Called()
    {
        _tally.Count("(callback)");
        Between();
        if (_steps > 0 && _random.Below(16) == 0)
            throw new CallbackException();
    }

    /// <summary>What a delegate of this session returns.</summary>
    internal T? Produce<T>() => Unbox<T>(_arguments.Make(typeof(T), "result"));

    // The default of an ImmutableArray, which a record was made with.
    static bool IsDefaultArray(object value) => value.GetType().GetProperty("IsDefault") is { } isDefault && isDefault.GetValue(value) is true;

    static bool IsCommon(object value) => value is string || value.GetType().IsPrimitive || value.GetType().IsEnum;

    void Touch<T>(ref T structure)
        where T : struct, allows ref struct
    {
        (ApiMember Member, Toucher<T> Call)[] members = Touchers<T>.All;
        for (int i = _random.Below(4); i > 0 && members.Length != 0 && _steps > 0; i--)
        {
            (ApiMember member, Toucher<T> call) = members[_random.Below(members.Length)];
            _steps--;
            try
            {
                Keep(call(this, Values(member, null), ref structure));
            }
            catch (Exception e) when (e is not CallbackException)
            {
                Judge(member.Name, e);
            }
        }
    }

    // Some steps of the sequence, nested in the call that is going on.
    [MethodImpl(MethodImplOptions.NoInlining)]
    void Between()
    {
        if (_depth >= DeepestNesting)
            return;
        _depth++;
        try
        {
            for (int i = _random.Below(4); i > 0 && _steps > 0; i--)
                Step();
        }
        finally
        {
            _depth--;
        }
    }

    static class Touchers<T>
        where T : struct, allows ref struct
    {
        internal static readonly (ApiMember Member, Toucher<T> Call)[] All =
            [.. Surface.MembersOf(typeof(T)).SelectMany(group => group).Select(member => (member, InvokerEmitter.EmitToucher<T>(member.Method)))];
    }
}
