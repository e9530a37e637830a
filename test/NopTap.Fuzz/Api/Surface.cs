// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Reflection;

namespace NopTap.Fuzz.Api;

/// <summary>The public members of the library, as reflection finds them.</summary>
static class Surface
{
    const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;
    const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly;

    static readonly Assembly s_library = typeof(BpfRuntime).Assembly;
    static readonly ConcurrentDictionary<Type, ApiMember[][]> s_members = new();

    /// <summary>Structures for type parameters: the sizes that the programs of the world want, and others.</summary>
    internal static readonly Type[] Structures = [typeof(byte), typeof(int), typeof(uint), typeof(ulong), typeof(Word), typeof(Middle), typeof(Large), typeof(Prefix)];

    /// <summary>Constructors and static methods, the instantiations of one together.</summary>
    internal static readonly ApiMember[][] Starters = Grouped(Types().SelectMany(Closed).SelectMany(StartersOf));

    /// <summary>Names of all members, and why one cannot be called; null for those that can.</summary>
    internal static IReadOnlyDictionary<string, string?> All()
    {
        var all = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (Type type in Types())
        {
            IEnumerable<MethodBase> methods = type.IsSubclassOf(typeof(Delegate)) ? [] : [.. type.GetMethods(Instance | Static), .. type.GetConstructors()];
            foreach (MethodBase method in methods.Where(IsOfInterest))
                all[ApiMember.NameOf(method)] = InvokerEmitter.WhyNot(method) ?? (type.IsAbstract && method.IsConstructor ? "its type is abstract" : null);
        }

        return all;
    }

    /// <summary>What can be called on an object, the instantiations of a generic method together.</summary>
    internal static ApiMember[][] MembersOf(Type type) => s_members.GetOrAdd(type, static type =>
    {
        var methods = new List<MethodBase>();
        for (Type? part = type; part is not null; part = part.BaseType)
        {
            if (part.IsVisible && part.Assembly == s_library)
                methods.AddRange(part.GetMethods(Instance));
        }

        return Grouped(methods.SelectMany(Instantiations));
    });

    static ApiMember[][] Grouped(IEnumerable<ApiMember> members) => [.. members.GroupBy(member => member.Name).Select(group => group.ToArray())];

    static IEnumerable<Type> Types() => s_library.GetExportedTypes().Where(type => !type.IsEnum);

    static IEnumerable<ApiMember> StartersOf(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
            return [];
        IEnumerable<MethodBase> makers = type.IsAbstract ? [] : type.GetConstructors();
        return makers.Concat(type.GetMethods(Static)).SelectMany(Instantiations);
    }

    static IEnumerable<ApiMember> Instantiations(MethodBase method)
    {
        if (!IsOfInterest(method) || InvokerEmitter.WhyNot(method) is not null)
            return [];
        if (!method.IsGenericMethodDefinition)
            return [new ApiMember(method)];
        int count = method.GetGenericArguments().Length;
        return Choices(count).Select(choice => TryClose((MethodInfo)method, choice)).OfType<MethodInfo>().Select(closed => new ApiMember(closed));
    }

    static IEnumerable<Type> Closed(Type type) => !type.IsGenericTypeDefinition
        ? [type]
        : Choices(type.GetGenericArguments().Length).Select(choice => TryClose(type, choice)).OfType<Type>();

    static IEnumerable<Type[]> Choices(int count) => count == 1
        ? Structures.Select(type => new[] { type })
        : Structures.SelectMany(first => Structures.Select(second => new[] { first, second }));

    static Type? TryClose(Type open, Type[] arguments)
    {
        try
        {
            return open.MakeGenericType(arguments);
        }
        catch (ArgumentException)
        {
            return null; // a constraint
        }
    }

    static MethodInfo? TryClose(MethodInfo open, Type[] arguments)
    {
        try
        {
            return open.MakeGenericMethod(arguments);
        }
        catch (ArgumentException)
        {
            return null; // a constraint
        }
    }

    // GetHashCode and its like of records are the compiler's.
    static bool IsOfInterest(MethodBase method) =>
        method.Name is not ("<Clone>$" or "PrintMembers" or "GetType" or "Deconstruct") && method.DeclaringType != typeof(object);
}
