// SPDX-License-Identifier: Apache-2.0

using NopTap.TestKit.Children;

namespace NopTap.Tests.Abuse;

/// <summary>
/// Public members used wrongly, without <c>unsafe</c>: each ends in an exception or in the right result. Each set of scenes runs in a child
/// process, so that a crash is a failed test. <see cref="MemberTests"/> knows which member is abused where.
/// </summary>
public sealed class AbuseTests
{
    public static TheoryData<string> Engines => ["Compiler", "Interpreter"];

    [Theory]
    [MemberData(nameof(Engines))]
    public void ContextsAndPackets(string engine) => ChildProcess.Run(ContextScenes.All, engine);

    [Theory]
    [MemberData(nameof(Engines))]
    public void Helpers(string engine) => ChildProcess.Run(HelperScenes.All, engine);

    [Theory]
    [MemberData(nameof(Engines))]
    public void RingBuffers(string engine) => ChildProcess.Run(RingScenes.All, engine);

    [Theory]
    [MemberData(nameof(Engines))]
    public void MapsOfEveryKind(string engine) => ChildProcess.Run(MapScenes.All, engine);

    [Theory]
    [MemberData(nameof(Engines))]
    public void ProbesLinksAndEvents(string engine) => ChildProcess.Run(EventScenes.All, engine);

    [Theory]
    [MemberData(nameof(Engines))]
    public void LivesOfEverything(string engine) => ChildProcess.Run(LifeScenes.All, engine);
}
