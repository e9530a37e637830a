// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;
using NopTap.TestKit;

namespace NopTap.Tests.Abuse;

/// <summary>
/// Every public member that could harm the process has a scene that abuses it; members.txt says which, or why there is nothing to abuse.
/// </summary>
public sealed class MemberTests
{
    // Compiled with unsafe code: a member may touch memory that the runtime does not check.
    static readonly Assembly[] s_unsafe = [typeof(BpfRuntime).Assembly, typeof(Jit.CodeImage).Assembly, typeof(Interpreter.InterpreterDiagnostics).Assembly];

    // Compiled without: whatever their members get, they have spans and arrays, which are checked.
    static readonly Assembly[] s_safe = [typeof(Isa.Instruction).Assembly, typeof(Formats.ProgramSpec).Assembly, typeof(Verifier.VerifiedProgram).Assembly];

    static readonly Dictionary<string, string> s_lines = Read();

    [Fact]
    public void WhatIsCompiledWithoutUnsafeCodeStaysSo() =>
        Assert.All(s_safe, assembly => Assert.Null(assembly.ManifestModule.GetCustomAttribute<UnverifiableCodeAttribute>()));

    [Fact]
    public void EveryMemberIsInTheList()
    {
        string[] missing = [.. Members().Where(member => !s_lines.ContainsKey(member.Name) && !s_lines.ContainsKey(member.Type + ".*")).Select(member => member.Name)];
        Assert.True(missing.Length == 0, "not in members.txt:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void EveryLineIsOfAMemberThatThereIs()
    {
        HashSet<string> known = [.. Members().SelectMany(member => (string[])[member.Name, member.Type + ".*"])];
        string[] stale = [.. s_lines.Keys.Where(name => !known.Contains(name))];
        Assert.True(stale.Length == 0, "no such member:\n" + string.Join('\n', stale));
    }

    [Fact]
    public void EveryLineNamesASceneThatThereIsOrAReason()
    {
        foreach ((string member, string how) in s_lines)
        {
            if (how.StartsWith("harmless: ", StringComparison.Ordinal))
                continue;
            string[] parts = how.Split('.');
            Type? scenes = typeof(MemberTests).Assembly.GetType($"{typeof(MemberTests).Namespace}.{parts[0]}");
            MethodInfo? scene = scenes?.GetMethod(parts[^1], BindingFlags.Static | BindingFlags.NonPublic);
            Assert.True(scene is not null, $"{member}: there is no scene {how}");
        }
    }

    // A whole type may be said to be harmless only when it is: data, or functions of data.
    [Fact]
    public void OnlyTypesWithoutNativeMemoryAreHarmlessAsAWhole()
    {
        foreach (Type type in s_unsafe.SelectMany(assembly => assembly.GetExportedTypes()))
        {
            if (!s_lines.ContainsKey(NameOf(type) + ".*") || typeof(Delegate).IsAssignableFrom(type))
                continue;
            Assert.False(typeof(IDisposable).IsAssignableFrom(type) || type.IsByRefLike, $"{type} owns or borrows something");
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
                Assert.False(field.FieldType.IsPointer || field.FieldType == typeof(nint) || field.FieldType == typeof(nuint), $"{type}.{field.Name} is an address");
        }
    }

    [Fact]
    public void NoMemberTakesOrGivesAPointerOrAHandle()
    {
        foreach (Type type in s_unsafe.Concat(s_safe).SelectMany(assembly => assembly.GetExportedTypes()))
        {
            Assert.False(typeof(System.Runtime.InteropServices.SafeHandle).IsAssignableFrom(type), $"{type} can be released by anyone");
            foreach (MethodBase method in type.GetMembers(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly).OfType<MethodBase>())
            {
                IEnumerable<Type> types = method.GetParameters().Select(parameter => parameter.ParameterType);
                if (method is MethodInfo { ReturnType: var result })
                    types = types.Append(result);
                bool isDelegate = typeof(Delegate).IsAssignableFrom(type);
                Assert.False(!isDelegate && types.Any(t => t.IsPointer || t == typeof(nint) || t == typeof(nuint)), $"{type}.{method.Name}");
            }
        }
    }

    static IEnumerable<(string Type, string Name)> Members()
    {
        foreach (Type type in s_unsafe.SelectMany(assembly => assembly.GetExportedTypes()))
        {
            string name = NameOf(type);
            if (type.IsEnum || typeof(Delegate).IsAssignableFrom(type))
            {
                yield return (name, name + ".*");
                continue;
            }

            foreach (MemberInfo member in type.GetMembers(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                if (member is not Type && !IsImplied(member))
                    yield return (name, $"{name}.{NameOf(member)}");
            }
        }
    }

    // What the compiler writes, and what objects are compared and shown by.
    static bool IsImplied(MemberInfo member) => member is MethodInfo method
        && ((method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal))
            || method.GetCustomAttribute<CompilerGeneratedAttribute>() is not null
            || method.Name is "Equals" or "GetHashCode" or "ToString" or "op_Equality" or "op_Inequality");

    static string NameOf(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo method => $"{method.Name}{(method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(t => t.Name))}>" : "")}({Parameters(method)})",
        PropertyInfo property when property.GetIndexParameters() is { Length: > 0 } index => $"this[{string.Join(", ", index.Select(p => NameOf(p.ParameterType)))}]",
        _ => member.Name,
    };

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => NameOf(p.ParameterType)));

    static string NameOf(Type type)
    {
        if (type.IsByRef)
            return "ref " + NameOf(type.GetElementType()!);
        if (type.IsArray)
            return NameOf(type.GetElementType()!) + "[]";
        string name = type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : name;
    }

    static Dictionary<string, string> Read() => File.ReadLines(Repository.PathOf("test", "NopTap.Tests", "Abuse", "members.txt"))
        .Where(line => line.Length != 0 && line[0] != '#')
        .Select(line => line.Split(" | ", 2))
        .ToDictionary(parts => parts[0], parts => parts[1]);
}
