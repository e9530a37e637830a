// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Cfg;

/// <summary>Which registers an instruction uses once helpers and probe sites are known.</summary>
static class RegisterUse
{
    /// <summary>Registers that may be read: a helper's own arguments, all five of a program call, a site's arguments.</summary>
    public static RegisterSet Reads(ControlFlowGraph graph, FrozenDictionary<int, HelperSignature> helpers, int slot)
    {
        Instruction instruction = graph.Code[slot];
        if (instruction.IsHelperCall)
            return helpers.TryGetValue(instruction.Immediate, out HelperSignature? helper) ? Arguments(helper) : RegisterSet.Arguments;
        RegisterSet reads = instruction.ReadRegisters;
        int site = graph.SiteAt(slot);
        return site < 0 ? reads : reads | SiteArguments(graph.Sites[site].Site);
    }

    /// <summary>As <see cref="Reads"/>, and what a helper may take beyond its signature: the values of trace_printk.</summary>
    public static RegisterSet LiveReads(ControlFlowGraph graph, FrozenDictionary<int, HelperSignature> helpers, int slot)
    {
        Instruction instruction = graph.Code[slot];
        bool variadic = instruction.IsHelperCall && instruction.Immediate == (int)HelperId.TracePrintk;
        return variadic ? RegisterSet.Arguments : Reads(graph, helpers, slot);
    }

    /// <summary>r1 to the helper's last argument.</summary>
    public static RegisterSet Arguments(HelperSignature helper) => new((ushort)(((1 << helper.Arguments.Length) - 1) << 1));

    public static RegisterSet SiteArguments(ProbeSiteSpec site)
    {
        RegisterSet set = RegisterSet.None;
        foreach (ProbeArgumentSpec argument in site.Arguments)
        {
            if (!argument.IsConstant)
                set = set.With(argument.Register);
        }

        return set;
    }
}
