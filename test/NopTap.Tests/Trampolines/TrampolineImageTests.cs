// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Jit;
using NopTap.Jit.Trampolines;

namespace NopTap.Tests.Trampolines;

public sealed class TrampolineImageTests
{
    static TrampolineObserver Observer(bool isOpen) => new(ObserverConvention.Function, 0x10_0000, 0, 0x1_2345_6789, 4096, 4112, isOpen);

    static MachineArgument Argument(Register register) => new(MachineArgumentKind.Register, register, 0);

    [Fact]
    public void EqualRequestsGiveEqualBytes()
    {
        TrampolineRequest Request() => new()
        {
            Kind = TrampolineKind.ProbeSite,
            Arguments = [Argument(Register.R1), new MachineArgument(MachineArgumentKind.Constant, default, long.MinValue)],
            Observers = [Observer(true), Observer(false)],
        };
        Assert.Equal(TrampolineGenerator.Generate(Request()).PlaceAt(0x10_1000), TrampolineGenerator.Generate(Request()).PlaceAt(0x10_1000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EveryGateLiesInOneAlignedWordAndIsAsAsked(bool isOpen)
    {
        TrampolineImage image = TrampolineGenerator.Generate(new TrampolineRequest
        {
            Kind = TrampolineKind.FunctionEntry,
            Arguments = [Argument(Register.R1)],
            Live = RegisterSet.Arguments,
            Body = 0x10_0040,
            Observers = [.. Enumerable.Repeat(Observer(isOpen), 20)],
            ExitObservers = [.. Enumerable.Repeat(Observer(isOpen), 18)],
        });
        byte[] code = image.PlaceAt(0x10_2000);
        Assert.Equal((20, 18), (image.Gates.Length, image.ExitGates.Length));
        foreach (ObserverGate gate in image.Gates.Concat(image.ExitGates))
        {
            Assert.True(SitePatch.Fits((ulong)gate.Offset));
            int word = gate.Offset & ~7;
            SiteState state = SitePatch.Read((ulong)gate.Offset, BitConverter.ToUInt64(code, word), out ulong target);
            Assert.Equal(isOpen ? SiteState.Nop : SiteState.Jump, state);
            Assert.Equal(isOpen ? 0ul : (ulong)gate.End, target);
        }
    }

    [Fact]
    public void SavesOnlyWhatIsLive()
    {
        TrampolineImage Of(RegisterSet live) => TrampolineGenerator.Generate(new TrampolineRequest
        {
            Kind = TrampolineKind.ProbeSite,
            Live = live,
            Observers = [Observer(true)],
        });
        Assert.True(Of(RegisterSet.None).Size < Of(RegisterSet.Of(Register.R1)).Size);
        Assert.Equal(Of(RegisterSet.None).Size, Of(RegisterSet.CallKept).Size);
    }

    [Fact]
    public void RefusesAnExitAtAProbeSite() => Assert.Throws<ArgumentException>(() => TrampolineGenerator.Generate(new TrampolineRequest
    {
        Kind = TrampolineKind.ProbeSite,
        ExitObservers = [Observer(true)],
    }));
}
