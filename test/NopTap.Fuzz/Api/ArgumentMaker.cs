// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Reflection;

namespace NopTap.Fuzz.Api;

/// <summary>Makes arguments: good ones, null, the default, negative ones, what is disposed or of another runtime, and delegates that call back.</summary>
sealed class ArgumentMaker(SeededRandom random, Pool pool, Session session)
{
    const int DeepestObject = 3;

    static readonly int[] s_sizes = [0, 1, 2, 4, 8, 14, 16, 24, 60, 64, 128, 512, 1500, 4096];
    static readonly int[] s_numbers = [0, 1, -1, 2, 3, 4, 8, 64, 255, 4096, 65535, 65536, int.MaxValue, int.MinValue];

    // Names that the world's object has, so that look-ups by name find something.
    static readonly string[] s_names =
    [
        "watched", "last", "walker", "classified", "of_small", "of_middle", "of_large", "on_seen", "on_scored", "on_entry", "on_exit",
        "seen", "scored", "told", "slots", "flows", "flows_of_cpu", "slots_of_cpu", "routes", "events", "guards", "outer", "stages", "inner_first",
        "length", "first", "result", "number", "", "x", "score", ".bss", "\0", "a name that nothing has",
    ];

    int _depth;

    internal object? Make(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (parameter.IsOut)
            return null;
        return parameter.HasDefaultValue && random.Below(2) == 0
            ? parameter.DefaultValue is { } value && type.IsEnum ? Enum.ToObject(type, value) : parameter.DefaultValue
            : Make(type.IsByRef ? type.GetElementType()! : type, parameter.Name ?? "");
    }

    internal object? Make(Type type, string name)
    {
        if (InvokerEmitter.SpanElement(type) is { } element)
            return random.Below(10) == 0 ? null : MakeArray(element, name);
        if (type.IsByRefLike)
            return null;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return random.Below(3) == 0 ? null : Make(underlying, name);
        if (type.IsEnum)
            return MakeEnum(type);
        if (MakeSimple(type, name) is { } simple)
            return simple;
        if (type.IsSubclassOf(typeof(Delegate)))
            return random.Below(16) == 0 ? null : CallbackEmitter.Make(type, session);
        int dice = random.Below(100);
        if (dice < 80 && pool.Any(type, random) is { } pooled)
            return dice < 12 && World.Mutant(pooled, this, random) is { } mutant ? mutant : pooled;
        return dice > 94 && !type.IsValueType ? null : Construct(type, name);
    }

    object? MakeSimple(Type type, string name) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => random.Below(2) == 0,
        TypeCode.Byte => (byte)random.Value(),
        TypeCode.SByte => (sbyte)random.Value(),
        TypeCode.Int16 => (short)random.Value(),
        TypeCode.UInt16 => (ushort)random.Value(),
        TypeCode.Int32 => MakeInt(name),
        TypeCode.UInt32 => (uint)MakeInt(name),
        TypeCode.Int64 => random.Below(2) == 0 ? (long)random.Value() : MakeInt(name),
        TypeCode.UInt64 => random.Below(2) == 0 ? random.Value() : (ulong)MakeInt(name),
        TypeCode.Char => (char)random.Value(),
        TypeCode.Double => (double)MakeInt(name),
        TypeCode.Single => (float)MakeInt(name),
        TypeCode.String => MakeText(),
        _ => MakeWellKnown(type),
    };

    object? MakeWellKnown(Type type)
    {
        if (type == typeof(TimeSpan))
            return random.Pick<TimeSpan>([TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(-1), TimeSpan.MinValue]);
        if (type == typeof(CancellationToken))
            return new CancellationToken(random.Below(4) != 0); // one that never comes would be waited for
        if (type == typeof(nint))
            return (nint)random.Value();
        if (type == typeof(UInt128))
            return (UInt128)random.Value();
        if (Surface.Structures.Contains(type))
            return Activator.CreateInstance(type);
        if (type == typeof(Stream))
            return new MemoryStream(World.ObjectBytes, writable: false);
        if (type == typeof(object))
            return pool.Any<object>(random);
        return null;
    }

    // A number of repetitions is a time, and a capacity is memory: what is asked for is given, so ask for little.
    int MakeInt(string name) => name switch
    {
        "repeat" => random.Pick<int>([-1, 0, 1, 2, 3]),
        "rounds" or "Rounds" => random.Pick<int>([-1, 0, 1, 100, 10000]),
        "milliseconds" or "timeout" => random.Pick<int>([-2, 0, 1]),
        _ => random.Below(2) == 0 ? random.Below(5) : random.Pick<int>(s_numbers),
    };

    string? MakeText() => random.Below(12) switch
    {
        0 => null,
        1 => World.ObjectPath,
        2 => pool.Any<string>(random) ?? "",
        _ => random.Pick<string>(s_names),
    };

    object MakeEnum(Type type)
    {
        Array values = Enum.GetValuesAsUnderlyingType(type);
        return random.Below(8) == 0
            ? Enum.ToObject(type, random.Value())
            : Enum.ToObject(type, values.GetValue(random.Below(values.Length))!);
    }

    Array MakeArray(Type element, string name)
    {
        int length = element == typeof(byte) ? random.Pick<int>(s_sizes) : random.Below(5);
        var array = Array.CreateInstance(element, length);
        if (array is byte[] bytes)
        {
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(random.Below(2) == 0 ? 0 : random.Next());
            return bytes;
        }

        for (int i = 0; i < length; i++)
        {
            object? value = Make(element, name);
            if (value is not null)
                array.SetValue(value, i);
        }

        return array;
    }

    object? Construct(Type type, string name)
    {
        if (type.IsArray)
            return MakeArray(type.GetElementType()!, name);
        if (type.IsGenericType)
            return ConstructGeneric(type, name);
        return random.Below(10) == 0 ? null : ConstructPlain(type);
    }

    object? ConstructGeneric(Type type, string name)
    {
        Type open = type.GetGenericTypeDefinition();
        Type element = type.GetGenericArguments()[0];
        if (open == typeof(ImmutableArray<>))
        {
            if (random.Below(4) == 0)
                return null; // the default, which has no array behind it
            MethodInfo create = typeof(ImmutableArray).GetMethods().Single(method => method.Name == nameof(ImmutableArray.Create)
                && method.GetParameters() is [{ ParameterType: { IsArray: true } }]).MakeGenericMethod(element);
            return create.Invoke(null, [MakeArray(element, name)]);
        }

        if (open == typeof(ReadOnlyMemory<>) || open == typeof(Memory<>))
            return Activator.CreateInstance(type, MakeArray(element, name));
        if (type.IsInterface && type.IsAssignableFrom(element.MakeArrayType()))
            return MakeArray(element, name);
        return ConstructPlain(type);
    }

    object? ConstructPlain(Type type)
    {
        if (type.IsAbstract || _depth >= DeepestObject || type.GetConstructors() is not { Length: not 0 } constructors)
            return type is { IsValueType: true, IsByRefLike: false } ? Activator.CreateInstance(type) : null;
        ConstructorInfo constructor = constructors[random.Below(constructors.Length)];
        if (InvokerEmitter.WhyNot(constructor) is not null)
            return null;
        _depth++;
        try
        {
            return constructor.Invoke([.. constructor.GetParameters().Select(Make)]);
        }
        catch (Exception e) when (e is TargetInvocationException or NotSupportedException or ArgumentException)
        {
            return null; // judged where it is called for its own sake
        }
        finally
        {
            _depth--;
        }
    }
}
