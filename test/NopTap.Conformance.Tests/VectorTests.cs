// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using NopTap.TestKit;
using NopTap.TestKit.Engines;
using NopTap.Verifier;

namespace NopTap.Conformance.Tests;

/// <summary>The public instruction-set vectors on every engine.</summary>
public sealed class VectorTests
{
    const string Absent = "(vectors.json is not beside this repository)";

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (Engine engine in Engine.All)
        {
            foreach (string name in Vector.All.Keys.DefaultIfEmpty(Absent))
                cases.Add(engine.Name, name);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReturnsWhatTheSuiteExpects(string engine, string name)
    {
        if (name == Absent)
            Assert.Skip("needs ../shared/conformance/vectors.json");
        Vector vector = Vector.All[name];
        VerifiedProgram program = UnverifiedProgram.TrustUnverified(ImmutableArray.Create(vector.Program), vector.Name);
        EngineRun run = Engine.Named(engine).Run(program, vector.Memory, SuiteHelpers.Addresses);
        Assert.Equal($"0x{vector.Result:x}", $"0x{run.Result:x}");
    }
}
