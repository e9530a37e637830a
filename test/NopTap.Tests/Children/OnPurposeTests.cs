// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace NopTap.Tests.Children;

/// <summary>Tests that go wrong on purpose, run by <see cref="TestsInChildrenTests"/> alone.</summary>
public sealed class OnPurposeTests
{
    [Fact(Explicit = true)]
    public void Passes()
    {
    }

    [Fact(Explicit = true)]
    public void Crashes() => Marshal.WriteInt32(unchecked((nint)0x7777_0000_0000), 1);

    [Theory(Explicit = true)]
    [InlineData(1)]
    [InlineData(2)]
    public void EndsTheProcess(int number) => Environment.Exit(number);

    [Fact(Explicit = true)]
    public void IsSkipped() => Assert.Skip("on purpose");

    [Fact(Explicit = true)]
    public void PassesToo()
    {
    }
}
