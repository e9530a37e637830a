// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.TestKit.Children;

namespace NopTap.Tests.Children;

/// <summary>That whatever goes wrong in a child process is told apart and fails a test instead of ending its runner.</summary>
public sealed class ChildProcessTests
{
    static readonly TimeSpan s_short = TimeSpan.FromSeconds(2);

    [Fact]
    public void WhatRunsInAChildGetsItsArgumentsAndItsOutputIsKept()
    {
        ChildResult result = ChildProcess.Run(Echo, "one", "two words", "");
        Assert.Equal("one|two words|\n", result.Output);
        Assert.Equal("beside\n", result.Error);
    }

    [Fact]
    public void AWriteToAForeignAddressIsAFailureWithItsSignal()
    {
        ChildResult result = ChildProcess.Observe(WriteFar, ChildProcess.DefaultLimit);
        Assert.Equal(ChildEnding.Crashed, result.Ending);
        Assert.Equal(6, result.Signal); // the runtime writes where it was and aborts
        Assert.Contains(nameof(WriteFar), result.Error, StringComparison.Ordinal);
        ChildFailedException failure = Assert.Throws<ChildFailedException>(() => ChildProcess.Run(WriteFar));
        Assert.Contains("was ended by signal 6 (SIGABRT)", failure.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(WriteFar), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWriteToANullPointerIsAnException()
    {
        ChildResult result = ChildProcess.Observe(WriteNear, ChildProcess.DefaultLimit);
        Assert.Equal(ChildEnding.Threw, result.Ending);
        Assert.Contains(nameof(AccessViolationException), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndlessLoopIsKilled() => Assert.Equal(ChildEnding.Hung, ChildProcess.Observe(Loop, s_short).Ending);

    [Fact]
    public void AnExceptionIsAFailureWithItsMessage()
    {
        ChildFailedException failure = Assert.Throws<ChildFailedException>(() => ChildProcess.Run(Throw, "a reason"));
        Assert.Equal(ChildEnding.Threw, failure.Result.Ending);
        Assert.Contains("a reason", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExitInTheMiddleIsNoReturn()
    {
        ChildResult result = ChildProcess.Observe(Exit, ChildProcess.DefaultLimit);
        Assert.Equal(ChildEnding.Crashed, result.Ending);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void AnExceptionOfAnotherThreadEndsTheChild() =>
        Assert.Equal(6, ChildProcess.Observe(ThrowBeside, ChildProcess.DefaultLimit).Signal);

    [Fact]
    public void ASkipIsASkip()
    {
        ChildResult result = ChildProcess.Observe(Skip, ChildProcess.DefaultLimit);
        Assert.Equal(ChildEnding.Skipped, result.Ending);
        Assert.Equal("not here\n", result.Error);
    }

    [Fact]
    public void ALambdaIsRefused() => Assert.Throws<ArgumentException>(() => ChildProcess.Run(_ => { }));

    static void Echo(string[] arguments)
    {
        Console.WriteLine(string.Join('|', arguments));
        Console.Error.WriteLine("beside");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void WriteFar(string[] arguments) => Marshal.WriteInt32(unchecked((nint)0x7777_0000_0000), 1);

    static void WriteNear(string[] arguments) => Marshal.WriteInt32(0x10, 1);

    static void Loop(string[] arguments)
    {
        while (true)
        {
        }
    }

    static void Throw(string[] arguments) => throw new InvalidOperationException(arguments[0]);

    static void Exit(string[] arguments) => Environment.Exit(0);

    static void ThrowBeside(string[] arguments)
    {
        var thread = new Thread(() => Throw(["beside"]));
        thread.Start();
        thread.Join();
    }

    static void Skip(string[] arguments) => Assert.Skip("not here");
}
