// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace NopTap.Fuzz.Api;

/// <summary>
/// Writes the code that calls a member with boxed values: reflection's own calls take no spans, and would hold receiver and arguments
/// while the call goes on.
/// </summary>
static class InvokerEmitter
{
    const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    internal static Invoker Emit(MethodBase method)
    {
        var dynamic = new DynamicMethod("call", typeof(object), [typeof(Session), typeof(object[])], typeof(InvokerEmitter).Module, skipVisibility: true);
        ILGenerator il = dynamic.GetILGenerator();
        LocalBuilder? receiver = method.IsStatic || method.IsConstructor ? null : il.DeclareLocal(method.DeclaringType!);
        if (receiver is not null)
            TakeValue(il, 0, receiver);
        LocalBuilder[] arguments = TakeArguments(il, method);
        if (receiver is not null)
            il.Emit(receiver.LocalType.IsValueType ? OpCodes.Ldloca : OpCodes.Ldloc, receiver);
        Call(il, method, arguments);
        return dynamic.CreateDelegate<Invoker>();
    }

    internal static Toucher<T> EmitToucher<T>(MethodBase method)
        where T : struct, allows ref struct
    {
        var dynamic = new DynamicMethod(
            "touch", typeof(object), [typeof(Session), typeof(object[]), typeof(T).MakeByRefType()], typeof(InvokerEmitter).Module, skipVisibility: true);
        ILGenerator il = dynamic.GetILGenerator();
        LocalBuilder[] arguments = TakeArguments(il, method);
        il.Emit(OpCodes.Ldarg_2);
        Call(il, method, arguments);
        return dynamic.CreateDelegate<Toucher<T>>();
    }

    /// <summary>Whether a member can be called at all; a reason why not.</summary>
    internal static string? WhyNot(MethodBase method)
    {
        if (method.GetParameters().Any(parameter => IsPointer(parameter.ParameterType)) || (method is MethodInfo { ReturnType: var returned } && IsPointer(returned)))
            return "it takes or returns a pointer: callers need 'unsafe'";
        if (method is MethodInfo { ReturnParameter: var result } && result.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)))
            return "it is set while the object is made";
        return null;
    }

    static bool IsPointer(Type type) => type.IsPointer || type.IsFunctionPointer || (type.IsByRef && IsPointer(type.GetElementType()!));

    static LocalBuilder[] TakeArguments(ILGenerator il, MethodBase method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        var locals = new LocalBuilder[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            Type type = parameters[i].ParameterType;
            locals[i] = il.DeclareLocal(type.IsByRef ? type.GetElementType()! : type);
            TakeValue(il, i + 1, locals[i]);
        }

        return locals;
    }

    static void TakeValue(ILGenerator il, int index, LocalBuilder local)
    {
        Type type = local.LocalType;
        if (type.IsByRefLike && SpanElement(type) is null)
            return; // the default of a structure that no array stands for
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldelem_Ref);
        if (SpanElement(type) is { } element)
        {
            il.Emit(OpCodes.Castclass, element.MakeArrayType());
            il.Emit(OpCodes.Newobj, type.GetConstructor([element.MakeArrayType()])!);
        }
        else if (type.IsValueType)
        {
            il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.Unbox), Any)!.MakeGenericMethod(type));
        }
        else
        {
            il.Emit(OpCodes.Castclass, type);
        }

        il.Emit(OpCodes.Stloc, local);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldnull);
        il.Emit(OpCodes.Stelem_Ref);
    }

    static void Call(ILGenerator il, MethodBase method, LocalBuilder[] arguments)
    {
        ParameterInfo[] parameters = method.GetParameters();
        for (int i = 0; i < arguments.Length; i++)
            il.Emit(parameters[i].ParameterType.IsByRef ? OpCodes.Ldloca : OpCodes.Ldloc, arguments[i]);
        Type returned = typeof(void);
        if (method is ConstructorInfo constructor)
        {
            il.Emit(OpCodes.Newobj, constructor);
            returned = constructor.DeclaringType!;
        }
        else
        {
            var called = (MethodInfo)method;
            il.Emit(called.IsVirtual && !called.DeclaringType!.IsValueType ? OpCodes.Callvirt : OpCodes.Call, called);
            returned = called.ReturnType;
        }

        BoxResult(il, returned, method);
        KeepOutputs(il, parameters, arguments);
        il.Emit(OpCodes.Ret);
    }

    static void BoxResult(ILGenerator il, Type returned, MethodBase method)
    {
        if (returned == typeof(void))
        {
            il.Emit(OpCodes.Ldnull);
            return;
        }

        if (returned.IsByRef)
        {
            BoxReference(il, returned, method);
            return;
        }

        if (returned.IsByRefLike)
        {
            // Used now, and used again when others have done what they liked meanwhile.
            LocalBuilder local = il.DeclareLocal(returned);
            il.Emit(OpCodes.Stloc, local);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldloca, local);
            il.Emit(OpCodes.Call, Use(returned));
            return;
        }

        if (returned.IsValueType)
            il.Emit(OpCodes.Box, returned);
    }

    static void BoxReference(ILGenerator il, Type returned, MethodBase method)
    {
        Type element = returned.GetElementType()!;
        bool isReadOnly = ((MethodInfo)method).ReturnParameter.GetRequiredCustomModifiers().Length != 0;
        LocalBuilder local = il.DeclareLocal(returned);
        il.Emit(OpCodes.Stloc, local);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, local);
        il.Emit(isReadOnly ? OpCodes.Ldc_I4_0 : OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.UseReference), Any)!.MakeGenericMethod(element));
    }

    static void KeepOutputs(ILGenerator il, ParameterInfo[] parameters, LocalBuilder[] arguments)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!parameters[i].ParameterType.IsByRef || parameters[i].IsIn || arguments[i].LocalType.IsByRefLike)
                continue;
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldloc, arguments[i]);
            if (arguments[i].LocalType.IsValueType)
                il.Emit(OpCodes.Box, arguments[i].LocalType);
            il.Emit(OpCodes.Call, typeof(Session).GetMethod(nameof(Session.Keep), Any)!);
        }
    }

    /// <summary>The element of a span type, or null.</summary>
    internal static Type? SpanElement(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is { } open && (open == typeof(Span<>) || open == typeof(ReadOnlySpan<>))
            ? type.GetGenericArguments()[0]
            : null;

    /// <summary>The method of a session that uses a structure of the stack: <c>object? Use(Session, ref T)</c>.</summary>
    internal static MethodInfo Use(Type type)
    {
        string name = SpanElement(type) is null ? nameof(Session.UseStructure)
            : type.GetGenericTypeDefinition() == typeof(Span<>) ? nameof(Session.UseSpan)
            : nameof(Session.UseReadOnlySpan);
        return typeof(Session).GetMethod(name, Any)!.MakeGenericMethod(SpanElement(type) ?? type);
    }
}
