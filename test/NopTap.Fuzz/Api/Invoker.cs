// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Fuzz.Api;

/// <summary>Calls a member.</summary>
/// <param name="session">Asked between a call and the use of what it returned.</param>
/// <param name="values">
/// Receiver, then arguments; emptied before the call, so that nothing but the call holds them. Spans are given as arrays.
/// </param>
/// <returns>What came back, boxed; spans as arrays.</returns>
delegate object? Invoker(Session session, object?[] values);
