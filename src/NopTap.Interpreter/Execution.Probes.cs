// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.Formats;

namespace NopTap.Interpreter;

// Probe sites and arming sites: where compiled code has a NOP that observers turn into a CALL or a JMP, the interpreter asks the hook.
sealed partial class Execution
{
    const int MaximumArguments = 5;

    /// <summary>At a <c>goto +0</c> or an arming branch: reports a hit, or takes an arming jump.</summary>
    /// <returns>Whether the next slot has been chosen.</returns>
    bool TryProbe(IProbeHook hook)
    {
        int site = _program.SiteAt(_slot);
        if (site >= 0 && hook.IsActive(site))
            Hit(hook, site);
        int arming = _program.ArmingAt(_slot);
        if (arming < 0 || !hook.IsArmed(arming))
            return false;
        _next = _program.Program.Sites[arming].Site.ArmedTarget;
        return true;
    }

    void Hit(IProbeHook hook, int site)
    {
        ImmutableArray<ProbeArgumentSpec> sources = _program.Program.Sites[site].Site.Arguments;
        Span<ulong> arguments = stackalloc ulong[MaximumArguments];
        for (int n = 0; n < sources.Length; n++)
            arguments[n] = sources[n].IsConstant ? (ulong)sources[n].Constant : Read(sources[n].Register);
        hook.Hit(site, arguments[..sources.Length], _threadBlock);
    }
}
