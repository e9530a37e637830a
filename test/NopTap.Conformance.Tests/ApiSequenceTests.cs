// SPDX-License-Identifier: Apache-2.0

using NopTap.Fuzz.Api;

namespace NopTap.Conformance.Tests;

/// <summary>A slice of the random sequences of public calls, counted in sequences; the rest is <c>NopTap.Fuzz api</c>.</summary>
public sealed class ApiSequenceTests
{
    const int Sequences = 400;
    const int FewestMembers = 200;

    [Fact]
    public void RandomSequencesOfPublicCallsEndWithoutACrashALeakOrAnUndocumentedException()
    {
        var campaign = new ApiCampaign("both", _ => { });
        campaign.Run(seed: 1_000_000, Sequences, batch: Sequences);
        Assert.True(campaign.Finds.Count == 0, string.Join('\n', campaign.Finds));
        Assert.Empty(campaign.Tally.Faults.Select(fault => $"sequence {fault.Value.Seed}: {fault.Key}\n{fault.Value.Text}"));
        Assert.Equal(Sequences, campaign.Ended);
        Assert.True(campaign.Tally.Calls.Count > FewestMembers, $"{campaign.Tally.Calls.Count} members were called");
    }
}
