// SPDX-License-Identifier: Apache-2.0

using System.Reflection;

namespace NopTap.Fuzz.Api;

/// <summary>A public member that can be called: a method, an accessor or a constructor of a closed type.</summary>
sealed class ApiMember
{
    Invoker? _invoker;

    internal ApiMember(MethodBase method)
    {
        Method = method;
        Name = NameOf(method);
        Parameters = method.GetParameters();
    }

    internal MethodBase Method { get; }

    internal ParameterInfo[] Parameters { get; }

    /// <summary>As statistics have it: of the open type, so that instantiations count together.</summary>
    internal string Name { get; }

    internal bool HasReceiver => !Method.IsStatic && !Method.IsConstructor;

    /// <summary>Calls it; made at the first use.</summary>
    internal Invoker Invoker => _invoker ??= InvokerEmitter.Emit(Method);

    internal static string NameOf(MethodBase closed)
    {
        MethodBase method = closed.Module.ResolveMethod(closed.MetadataToken)!;
        string parameters = string.Join(", ", method.GetParameters().Select(parameter => Short(parameter.ParameterType)));
        return $"{Short(method.DeclaringType!)}.{method.Name.TrimStart('.')}({parameters})";
    }

    static string Short(Type type)
    {
        if (type.IsByRef)
            return "ref " + Short(type.GetElementType()!);
        if (type.IsArray)
            return Short(type.GetElementType()!) + "[]";
        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? type.Name : $"{type.Name[..tick]}<{type.GetGenericArguments().Length}>";
    }
}
