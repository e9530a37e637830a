// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using NopTap.Jit.Abi;

namespace NopTap.Helpers;

/// <summary>What helpers need of the program that runs. <see cref="ThreadBlock.RunFrame"/> points at a GC handle of one.</summary>
internal interface IHelperHost
{
    /// <summary>Name of the program.</summary>
    string Name { get; }

    /// <summary>Its id.</summary>
    uint Id { get; }

    /// <summary>Helpers of its runtime.</summary>
    HelperRegistry Helpers { get; }

    /// <summary>Takes what it printed.</summary>
    void Print(in TraceMessage message);

    /// <summary>The host of the run that a thread is in, or null.</summary>
    static unsafe IHelperHost? Of(ThreadBlock* thread) =>
        thread == null || thread->RunFrame == null ? null : GCHandle.FromIntPtr(*(nint*)thread->RunFrame).Target as IHelperHost;
}
