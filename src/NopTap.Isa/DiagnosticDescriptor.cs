// SPDX-License-Identifier: Apache-2.0

namespace NopTap.Isa;

/// <summary>One registered kind of failure: its stable id and title.</summary>
/// <remarks>
/// Ids: <c>BPF1xxx</c> formats, <c>BPF2xxx</c> verifier, <c>BPF3xxx</c> compiler, <c>BPF4xxx</c> runtime, <c>BPF5xxx</c> tool. Each layer
/// declares its own as <c>static readonly</c> fields of one class named <c>…Diagnostics</c>; docs/diagnostics.md lists them all and a test
/// holds the two together.
/// </remarks>
/// <param name="Id">For example <c>BPF1003</c>.</param>
/// <param name="Title">A few words, noun first, lower case.</param>
/// <param name="Errno">The error number that the kernel gives in this situation; <see cref="Errno.EINVAL"/> where it has none.</param>
public sealed record DiagnosticDescriptor(string Id, string Title, Errno Errno = Errno.EINVAL)
{
    /// <summary>Makes a diagnostic of this kind.</summary>
    /// <param name="place">Where.</param>
    /// <param name="message">What, with the values in it.</param>
    /// <param name="hint">How to fix it.</param>
    public Diagnostic At(DiagnosticPlace place, string message, string hint) => new(this, place, message, hint);
}
