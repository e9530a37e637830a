// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using NopTap.Formats.Btf;
using NopTap.Isa;

namespace NopTap.TestKit;

/// <summary>A record with one part that is null, default, out of range or at odds with the others.</summary>
/// <param name="Path">Which part, and what is in it now.</param>
/// <param name="Value">The record.</param>
public sealed record SpoiltSpec(string Path, object Value)
{
    const int MaxDepth = 6;

    /// <summary>Every record that differs from a sound one in one part, at whatever depth: the parts come by reflection.</summary>
    public static IEnumerable<SpoiltSpec> Of(object whole) => Of(whole, "", 0);

    static IEnumerable<SpoiltSpec> Of(object whole, string path, int depth)
    {
        if (depth > MaxDepth)
            yield break;
        foreach (PropertyInfo property in whole.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is null || property.GetIndexParameters().Length != 0)
                continue;
            object? value = property.GetValue(whole);
            foreach ((string what, object? spoilt) in Values(property.PropertyType, value, depth))
                yield return new SpoiltSpec($"{path}.{property.Name}{what}", With(whole, property, spoilt));
        }
    }

    static object With(object whole, PropertyInfo property, object? value)
    {
        object copy = whole.GetType().GetMethod("<Clone>$") is { } clone ? clone.Invoke(whole, null)! : Copy(whole);
        property.SetValue(copy, value);
        return copy;
    }

    // Boxing copies a structure.
    static object Copy(object structure) => Array.CreateInstance(structure.GetType(), 1) is var box && Set(box, structure) ? box.GetValue(0)! : structure;

    static bool Set(Array box, object value)
    {
        box.SetValue(value, 0);
        return true;
    }

    static IEnumerable<(string, object?)> Values(Type type, object? value, int depth)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return Lists(type, value!, depth);
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return [(" = null", null), .. inner == typeof(int) ? [(" = -1", -1), (" = max", int.MaxValue)] : Enumerable.Empty<(string, object?)>()];
        if (type == typeof(string))
            return [(" = null", null), (" = empty", ""), (" = odd", "\0\u0001%s")];
        if (type == typeof(bool))
            return [($" = {!(bool)value!}", !(bool)value!)];
        if (type.IsEnum)
            return new long[] { -1, 3, 99 }.Select(number => ($" = {number}", (object?)Enum.ToObject(type, number)));
        if (type.IsPrimitive)
            return Numbers(type);
        IEnumerable<(string, object?)> parts = value is null or BtfTypes || type.Namespace?.StartsWith("NopTap", StringComparison.Ordinal) != true
            ? []
            : Of(value, "", depth + 1).Select(part => (part.Path, (object?)part.Value));
        return type.IsValueType ? parts : parts.Prepend((" = null", null));
    }

    static IEnumerable<(string, object?)> Numbers(Type type)
    {
        foreach (long number in new[] { -1, 0, 1, 7, 255, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue })
        {
            object? converted = null;
            try
            {
                converted = Convert.ChangeType(number, type, null);
            }
            catch (OverflowException)
            {
                // No value of this type.
            }

            if (converted is not null)
                yield return ($" = {number}", converted);
        }
    }

    static IEnumerable<(string, object?)> Lists(Type type, object list, int depth)
    {
        Type element = type.GetGenericArguments()[0];
        yield return (" = default", Activator.CreateInstance(type));
        object?[] items = (bool)type.GetProperty("IsDefault")!.GetValue(list)! ? [] : [.. ((IEnumerable)list).Cast<object?>()];
        yield return (" = []", List(element, []));
        if (!element.IsValueType)
            yield return (" = [null]", List(element, [null]));
        if (items.Length == 0)
            yield break;
        yield return (" + first", List(element, [.. items, items[0]]));
        yield return (" reversed", List(element, [.. items.Reverse()]));
        yield return (" - last", List(element, items[..^1]));
        if (!element.IsValueType)
            yield return (" + null", List(element, [.. items, null]));
        foreach (int index in new[] { 0, items.Length - 1 }.Distinct())
        {
            if (element == typeof(byte) || element == typeof(Instruction) || items[index] is not { } item)
                continue;
            foreach ((string what, object? spoilt) in element.IsPrimitive || element.IsEnum ? Values(element, item, depth) : Of(item, "", depth + 1).Select(part => (part.Path, (object?)part.Value)))
                yield return ($"[{index}]{what}", List(element, [.. items[..index], spoilt, .. items[(index + 1)..]]));
        }
    }

    static object List(Type element, object?[] items)
    {
        var typed = Array.CreateInstance(element, items.Length);
        for (int i = 0; i < items.Length; i++)
            typed.SetValue(items[i], i);
        MethodInfo create = typeof(ImmutableArray).GetMethods().First(method => method.Name == "Create" && method.GetParameters() is [{ ParameterType.IsArray: true }]);
        return create.MakeGenericMethod(element).Invoke(null, [typed])!;
    }
}
