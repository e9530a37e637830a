// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier.Cfg;
using NopTap.Verifier.Structure;

namespace NopTap.Verifier.Origins;

/// <summary>Refuses probe sites whose arguments are certainly not what the probe declares.</summary>
static class ProbeArguments
{
    public static Diagnostic? Check(ControlFlowGraph graph, OriginAnalysis origins)
    {
        foreach (SiteReference reference in graph.Sites)
        {
            if (!graph.IsReachable(reference.Site.Instruction) || origins.Before(reference.Site.Instruction) is not OriginState state)
                continue;
            ProbeSpec probe = graph.Program.Probes[reference.ProbeIndex];
            int count = Math.Min(probe.Parameters.Length, reference.Site.Arguments.Length);
            for (int i = 0; i < count; i++)
            {
                ProbeArgumentSpec argument = reference.Site.Arguments[i];
                ValueOrigin value = argument.IsConstant ? ValueOrigin.Constant(argument.Constant) : state.Register((int)argument.Register);
                if (Mismatch(probe.Parameters[i], value) is string what)
                    return Refuse(graph, reference, probe, i, what);
            }
        }

        return null;
    }

    static string? Mismatch(ProbeParameter parameter, ValueOrigin value) => parameter.Kind switch
    {
        ProbeArgumentKind.Integer when value.IsPointer => "an address",
        ProbeArgumentKind.Context when value.Origin == Origin.Context && !value.IsUnmodifiedContext => "the context after something was added to it",
        ProbeArgumentKind.Context when value.Origin != Origin.Context => value.Origin == Origin.Number ? "a number" : "no context on every path",
        // A null pointer is a number that points nowhere.
        ProbeArgumentKind.Pointer when value is { Origin: Origin.Number, IsExact: true } && value.Value != 0 => "a number",
        _ => null,
    };

    static Diagnostic Refuse(ControlFlowGraph graph, SiteReference reference, ProbeSpec probe, int index, string what)
    {
        ProbeArgumentSpec argument = reference.Site.Arguments[index];
        string where = argument.IsConstant
            ? string.Create(CultureInfo.InvariantCulture, $"the constant {argument.Constant}")
            : string.Create(CultureInfo.InvariantCulture, $"r{(int)argument.Register}");
        return VerifierDiagnostics.ProbeArgumentType.At(
            ProgramPlaces.Probe(graph.Program, probe, reference.Site.Instruction),
            $"argument {index} is declared '{probe.Parameters[index]}' but {where} is {what}",
            "pass a value of the declared type, or declare the type that is passed");
    }
}
