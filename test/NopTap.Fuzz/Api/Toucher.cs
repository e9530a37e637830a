// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Api;

/// <summary>Calls a member of a structure that lives on the stack alone.</summary>
/// <typeparam name="T">The structure.</typeparam>
/// <param name="session">As for <see cref="Invoker"/>.</param>
/// <param name="values">Arguments behind an unused first place.</param>
/// <param name="receiver">The structure.</param>
delegate object? Toucher<T>(Session session, object?[] values, ref T receiver)
    where T : struct, allows ref struct;
