// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Reflection.Emit;

namespace NopTap.Fuzz.Api;

/// <summary>Writes delegates of any type that use what they are given and then go on with the sequence that made them.</summary>
static class CallbackEmitter
{
    const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly Dictionary<Type, DynamicMethod?> s_made = [];

    /// <summary>A delegate of a session's, or null where its type cannot be served.</summary>
    internal static Delegate? Make(Type type, Session session)
    {
        DynamicMethod? method;
        lock (s_made)
        {
            if (!s_made.TryGetValue(type, out method))
                s_made.Add(type, method = Emit(type.GetMethod("Invoke")!));
        }

        return method?.CreateDelegate(type, session);
    }

    static DynamicMethod? Emit(MethodInfo invoke)
    {
        ParameterInfo[] parameters = invoke.GetParameters();
        if (InvokerEmitter.WhyNot(invoke) is not null || invoke.ReturnType.IsByRef || invoke.ReturnType.IsByRefLike)
            return null;
        var method = new DynamicMethod(
            "callback",
            invoke.ReturnType,
            [typeof(Session), .. parameters.Select(parameter => parameter.ParameterType)],
            typeof(CallbackEmitter).Module,
            skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.Here), Any)!);
        il.Emit(OpCodes.Starg, (short)0);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.Called), Any)!);
        for (int i = 0; i < parameters.Length; i++)
            UseParameter(il, i + 1, parameters[i].ParameterType);
        if (invoke.ReturnType != typeof(void))
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.Produce), Any)!.MakeGenericMethod(invoke.ReturnType));
        }

        il.Emit(OpCodes.Ret);
        return method;
    }

    static void UseParameter(ILGenerator il, int index, Type type)
    {
        Type bare = type.IsByRef ? type.GetElementType()! : type;
        il.Emit(OpCodes.Ldarg_0);
        if (bare.IsByRefLike)
        {
            il.Emit(type.IsByRef ? OpCodes.Ldarg : OpCodes.Ldarga, (short)index);
            il.Emit(OpCodes.Call, InvokerEmitter.Use(bare));
            il.Emit(OpCodes.Pop);
            return;
        }

        il.Emit(OpCodes.Ldarg, (short)index);
        if (type.IsByRef)
            il.Emit(OpCodes.Ldobj, bare);
        if (bare.IsValueType)
            il.Emit(OpCodes.Box, bare);
        il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.Keep), Any)!);
    }
}
