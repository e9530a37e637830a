// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Helpers;

/// <summary>A line that a program printed with <c>bpf_trace_printk</c>.</summary>
/// <param name="Program">Name of the program that runs; for an observer its target.</param>
/// <param name="ProgramId">Its id.</param>
/// <param name="Processor">Processor number of the run.</param>
/// <param name="Nanoseconds">Time since boot, as <c>bpf_ktime_get_ns</c> gives it.</param>
/// <param name="Text">The text, without the line end that it may have had.</param>
public readonly record struct TraceMessage(string Program, uint ProgramId, uint Processor, long Nanoseconds, string Text);
