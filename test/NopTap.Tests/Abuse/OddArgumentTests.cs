// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Reflection;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Children;

namespace NopTap.Tests.Abuse;

/// <summary>Members that take values, called with null, default arrays, numbers at the edges and enum values without a name: found by reflection.</summary>
public sealed class OddArgumentTests
{
    static readonly Assembly[] s_assemblies =
    [
        typeof(Instruction).Assembly, typeof(ProgramSpec).Assembly, typeof(Verifier.VerifiedProgram).Assembly,
        typeof(Jit.CodeImage).Assembly, typeof(Interpreter.InterpreterDiagnostics).Assembly, typeof(BpfRuntime).Assembly,
    ];

    [Fact]
    public void OddArgumentsAreRefusedByDocumentedExceptions() => ChildProcess.Run(CallEverything);

    static void CallEverything(string[] arguments)
    {
        using var runtime = new BpfRuntime();
        using BpfObject api = runtime.Load(Scene.PathOf("api"));
        Dictionary<Type, object> samples = [];
        foreach (object sample in (object[])
            [
                api.Spec, api.Spec.Programs[4], api.Spec.Maps[0], api.Spec.Btf!, api.Programs["target"].Verified, api.Programs["target"].CompiledCode!,
                api.Programs["target"].TypeInfo, api.Programs["target"].Verified.Context!, api.Programs["target"].Verified.Instructions[0],
            ])
        {
            samples[sample.GetType()] = sample;
        }

        HashSet<string> found = [];
        // Constructors and factories first: what they make is called afterwards.
        foreach (Type type in s_assemblies.SelectMany(assembly => assembly.GetExportedTypes()).Where(type => !type.ContainsGenericParameters && !IsLive(type)))
        {
            foreach (ConstructorInfo constructor in type.IsAbstract ? [] : type.GetConstructors())
                CallWith(constructor, null, samples, found);
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
                CallWith(method, null, samples, found);
        }

        foreach ((Type type, object sample) in samples.ToArray())
        {
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
                CallWith(method, sample, samples, found);
        }

        Assert.True(found.Count == 0, $"{found.Count} members:\n" + string.Join('\n', found.Order()));
    }

    // Scenes abuse those.
    static bool IsLive(Type type) => typeof(IDisposable).IsAssignableFrom(type) || type.IsByRefLike || typeof(Delegate).IsAssignableFrom(type) || type.IsEnum;

    static void CallWith(MethodBase method, object? target, Dictionary<Type, object> samples, HashSet<string> found)
    {
        // Properties that only an initialiser sets would change the samples.
        if (method.Name.StartsWith("set_", StringComparison.Ordinal))
            return;
        ParameterInfo[] parameters = method.GetParameters();
        if (method.ContainsGenericParameters || parameters.Any(p => IsPassedByReference(p.ParameterType)) || (method is MethodInfo { ReturnType.IsByRefLike: true }))
            return;
        Call(method, target, [.. parameters.Select(p => Good(p.ParameterType, samples))], samples, found);
        for (int i = 0; i < parameters.Length; i++)
        {
            foreach (object? odd in OddOnes(parameters[i].ParameterType))
            {
                object?[] values = [.. parameters.Select(p => Good(p.ParameterType, samples))];
                values[i] = odd;
                Call(method, target, values, samples, found);
            }
        }
    }

    static bool IsPassedByReference(Type type) => type.IsByRef ? type.GetElementType()!.IsByRefLike : type.IsByRefLike || type.IsPointer;

    static void Call(MethodBase method, object? target, object?[] values, Dictionary<Type, object> samples, HashSet<string> found)
    {
        try
        {
            object? made = method is ConstructorInfo constructor ? constructor.Invoke(values) : method.Invoke(target, values);
            if (made is not null && s_assemblies.Contains(made.GetType().Assembly) && !IsLive(made.GetType()))
                samples.TryAdd(made.GetType(), made);
        }
        catch (TargetInvocationException e) when (e.InnerException is NullReferenceException or IndexOutOfRangeException or OverflowException
            or InvalidCastException or AccessViolationException or DivideByZeroException or System.Diagnostics.UnreachableException)
        {
            string frame = e.InnerException.StackTrace!.Split('\n')[0].Trim();
            found.Add($"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", values.Select(v => v is null ? "null" : v.GetType().Name))}): {e.InnerException.GetType().Name} {frame}");
        }
        catch (TargetInvocationException)
        {
            // Said in words.
        }
    }

    static object? Good(Type type, Dictionary<Type, object> samples)
    {
        if (type.IsByRef)
            return Good(type.GetElementType()!, samples);
        if (samples.TryGetValue(type, out object? sample))
            return sample;
        if (type == typeof(string))
            return "x";
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return type.GetField("Empty")!.GetValue(null);
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    static IEnumerable<object?> OddOnes(Type type)
    {
        if (type.IsByRef)
            type = type.GetElementType()!;
        if (!type.IsValueType)
            yield return null;
        else
            yield return Activator.CreateInstance(type);
        if (type == typeof(string))
            yield return "";
        else if (type == typeof(int))
            foreach (int number in (int[])[-1, int.MinValue, int.MaxValue])
                yield return number;
        else if (type == typeof(uint))
            yield return uint.MaxValue;
        else if (type == typeof(long))
            foreach (long number in (long[])[-1, long.MinValue, long.MaxValue])
                yield return number;
        else if (type == typeof(ulong))
            yield return ulong.MaxValue;
        else if (type.IsEnum)
            yield return Enum.ToObject(type, 250);
    }
}
