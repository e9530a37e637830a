// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;

namespace NopTap.Verifier.Structure;

sealed partial class StructureChecker
{
    /// <summary>Arguments of a probe at most.</summary>
    public const int MaxProbeArguments = 5;

    Diagnostic? CheckProbes()
    {
        var taken = new HashSet<int>();
        foreach (ProbeSpec probe in _program.Probes)
        {
            foreach (ProbeSiteSpec site in probe.Sites)
            {
                if (CheckSite(probe, site, taken) is Diagnostic problem)
                    return problem;
            }
        }

        return null;
    }

    Diagnostic? CheckSite(ProbeSpec probe, ProbeSiteSpec site, HashSet<int> taken)
    {
        if (!IsNop(site.Instruction))
            return BadSite(probe, site.Instruction, "site is no 'goto +0'");
        if (!taken.Add(site.Instruction))
            return BadSite(probe, site.Instruction, "site is also the site of another probe");
        if (site.Arguments.Length > MaxProbeArguments)
            return BadSite(probe, site.Instruction, string.Create(CultureInfo.InvariantCulture, $"site has {site.Arguments.Length} arguments where {MaxProbeArguments} are the most"));
        if (site.Arguments.Length != probe.Parameters.Length)
            return BadSite(probe, site.Instruction, string.Create(CultureInfo.InvariantCulture, $"site has {site.Arguments.Length} arguments where the probe declares {probe.Parameters.Length}"));
        foreach (ProbeArgumentSpec argument in site.Arguments)
        {
            if (!argument.IsConstant && argument.Register > Register.R9)
                return BadSite(probe, site.Instruction, $"argument in register {(int)argument.Register}, which holds no values");
        }

        return site.IsLazy ? CheckArming(probe, site, taken) : null;
    }

    Diagnostic? CheckArming(ProbeSpec probe, ProbeSiteSpec site, HashSet<int> taken)
    {
        int arming = site.ArmingInstruction;
        string? what = null;
        if (!IsNop(arming) && !IsNeverTaken(arming, site.ArmedTarget))
            what = $"arming site at slot {arming} is neither 'goto +0' nor 'if r10 == 0 goto' to the armed target";
        else if (!taken.Add(arming))
            what = $"arming site at slot {arming} is also a site";
        else if ((uint)site.ArmedTarget >= (uint)_code.Length || _secondHalf[site.ArmedTarget])
            what = $"arming jump goes to slot {site.ArmedTarget}, where no instruction starts";
        else if (_program.FunctionAt(site.ArmedTarget) != _program.FunctionAt(arming))
            what = $"arming jump from slot {arming} to slot {site.ArmedTarget} leaves its function";
        if (what is null)
            return null;
        return VerifierDiagnostics.BadArmingSite.At(
            ProgramPlaces.Probe(_program, probe, site.Instruction), what, "build the probe with SDT_PROBE of bpf_sdt.h and link the object unchanged");
    }

    bool IsArming(int slot, int target) =>
        IsNop(slot) || ((uint)slot < (uint)_code.Length && !_secondHalf[slot] && _code[slot].IsArmingBranch && _code[slot].JumpTarget(slot) == target);

    bool IsNop(int slot) => (uint)slot < (uint)_code.Length && !_secondHalf[slot] && _code[slot].IsNopGoto;

    // What bpf_sdt.h writes: a branch that no runtime ever takes by itself, so that one without probes still sees where it leads.
    bool IsNeverTaken(int slot, int target) =>
        (uint)slot < (uint)_code.Length && !_secondHalf[slot]
        && _code[slot] is { Opcode: Opcode.Jmp | Opcode.Jeq | Opcode.K, Destination: Register.R10, Immediate: 0 } branch
        && branch.JumpTarget(slot) == target;

    Diagnostic BadSite(ProbeSpec probe, int slot, string what) => VerifierDiagnostics.BadProbeSite.At(
        ProgramPlaces.Probe(_program, probe, Math.Clamp(slot, 0, _code.Length - 1)) with { Instruction = slot },
        what,
        "build the probe with the macros of bpf_sdt.h and link the object unchanged");
}
