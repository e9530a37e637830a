// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.TestKit.Engines;

namespace NopTap.Interpreter.Tests;

/// <summary>A helper trusts its arguments, so whatever its signature promises is checked before the call.</summary>
public sealed unsafe class HelperArgumentTests : IDisposable
{
    const int Id = 70000;
    const int Map = 0x1000;

    readonly NativeBuffer _buffer = new("string\0 and so on"u8);
    readonly NativeBuffer _readOnly = new(new byte[16]);
    readonly NativeBuffer _context = new(new byte[16]);

    public void Dispose()
    {
        _buffer.Dispose();
        _readOnly.Dispose();
        _context.Dispose();
    }

    // r6: 17 bytes that may be written, r7: 16 that may not, r8: a context that only helpers may use.
    [Theory]
    [InlineData("r1 = r6\nr2 = 17", HelperArgument.Memory, HelperArgument.Size)]
    [InlineData("r1 = r6\nr2 = 0", HelperArgument.Memory, HelperArgument.SizeOrZero)]
    [InlineData("r1 = 0\nr2 = 0", HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero)]
    [InlineData("r1 = r10\nr1 += -512\nr2 = 512", HelperArgument.MemoryUninitialized, HelperArgument.Size)]
    [InlineData("r1 = 4096\nr2 = r10\nr2 += -4", HelperArgument.ConstMapPointer, HelperArgument.MapKey)]
    [InlineData("r1 = 4096\nr2 = r10\nr2 += -12", HelperArgument.ConstMapPointer, HelperArgument.MapValue)]
    [InlineData("r1 = 4096\nr2 = r10\nr2 += -12", HelperArgument.ConstMapPointer, HelperArgument.MapValueUninitialized)]
    [InlineData("r1 = r6", HelperArgument.ConstantString)]
    [InlineData("r1 = r8", HelperArgument.Context)]
    [InlineData("r1 = r6", HelperArgument.PointerToLong)]
    [InlineData("r1 = 0", HelperArgument.StackOrNull)]
    [InlineData("r1 = r6", HelperArgument.AllocatedMemoryReleased)]
    [InlineData("r1 = 12345", HelperArgument.Anything)]
    public void PassesWhatTheSignatureAsksFor(string setUp, params HelperArgument[] arguments) =>
        Assert.Equal(1UL, Run(setUp, arguments));

    [Theory]
    [InlineData("needs 18 bytes", "r1 = r6\nr2 = 18", HelperArgument.Memory, HelperArgument.Size)]
    [InlineData("needs 1 bytes", "r1 = 0\nr2 = 1", HelperArgument.Memory, HelperArgument.Size)]
    [InlineData("size of 0", "r1 = r6\nr2 = 0", HelperArgument.Memory, HelperArgument.Size)]
    [InlineData("needs 18446744073709551615 bytes", "r1 = r6\nr2 = -1", HelperArgument.Memory, HelperArgument.Size)]
    [InlineData("needs 18 bytes", "r1 = r6\nr2 = 18", HelperArgument.MemoryOrNull, HelperArgument.SizeOrZero)]
    [InlineData("read-only", "r1 = r7\nr2 = 4", HelperArgument.MemoryUninitialized, HelperArgument.Size)]
    [InlineData("only for helpers", "r1 = r8\nr2 = 4", HelperArgument.Memory, HelperArgument.Size)]
    [InlineData("is no map", "r1 = 4097", HelperArgument.ConstMapPointer)]
    [InlineData("needs 4 bytes", "r1 = 4096\nr2 = r10\nr2 += -3", HelperArgument.ConstMapPointer, HelperArgument.MapKey)]
    [InlineData("needs 12 bytes", "r1 = 4096\nr2 = r10\nr2 += -8", HelperArgument.ConstMapPointer, HelperArgument.MapValue)]
    [InlineData("read-only", "r1 = 4096\nr2 = r7", HelperArgument.ConstMapPointer, HelperArgument.MapValueUninitialized)]
    [InlineData("is not a string", "r1 = r6\nr1 += 10", HelperArgument.ConstantString)]
    [InlineData("is no context", "r1 = r8\nr1 += 8", HelperArgument.Context)]
    [InlineData("is no context", "r1 = 0", HelperArgument.Context)]
    [InlineData("needs 8 bytes", "r1 = r6\nr1 += 16", HelperArgument.PointerToLong)]
    [InlineData("needs 1 bytes", "r1 = 1", HelperArgument.StackOrNull)]
    [InlineData("is null", "r1 = 0", HelperArgument.AllocatedMemoryReleased)]
    [InlineData("is a callback", "r1 = 0", HelperArgument.Callback)]
    public void RefusesWhatTheSignatureForbids(string why, string setUp, params HelperArgument[] arguments)
    {
        Diagnostic diagnostic = Assert.Throws<BpfFaultException>(() => Run(setUp, arguments)).Diagnostic;
        Assert.Equal(InterpreterDiagnostics.HelperArgument.Id, diagnostic.Id);
        Assert.Contains(why, diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("of test", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DestroysTheResultOfAHelperThatGivesNone() =>
        Assert.Equal(ProgramInterpreter.Poison, Run("r1 = 1", [HelperArgument.Anything], HelperReturn.Void));

    ulong Run(string setUp, HelperArgument[] arguments, HelperReturn result = HelperReturn.Integer)
    {
        var imports = new InterpreterImports
        {
            Maps = [Map],
            MapSpecs = [new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 12 }],
            Helpers = new Dictionary<int, nint>
            {
                [Id] = (nint)(delegate* unmanaged[Cdecl]<ulong, ulong, ulong, ulong, ulong, nint, ulong>)&One,
            }.ToFrozenDictionary(),
            Signatures = new Dictionary<int, HelperSignature>
            {
                [Id] = new(Id, "test", result, ImmutableArray.Create(arguments)),
            }.ToFrozenDictionary(),
        };
        string assembly = $"r6 = {_buffer.Address} ll\nr7 = {_readOnly.Address} ll\nr8 = {_context.Address} ll\n{setUp}\ncall unknown#{Id}\nexit";
        return Guest.Run(
            assembly, imports, regions: [
                Guest.Region(_buffer, "buffer"),
                Guest.Region(_readOnly, "constants", writable: false),
                Guest.Region(_context, "target's context", readable: false, writable: false),
            ]);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static ulong One(ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, nint threadBlock) => 1;
}
