// SPDX-License-Identifier: Apache-2.0

using NopTap.Isa;
using NopTap.Maps;

namespace NopTap.Tests.Maps;

public unsafe class ProgramArrayMapTests
{
    [Fact]
    public void ShowsCodeToMachineCodeAndIdsToTheHost()
    {
        using var map = (ProgramArrayMap)MapFixture.Create(MapType.ProgArray, value: 4, entries: 3);
        object program = new();
        Assert.Equal(Errno.None, map.SetProgram(1, program, 77, 0x1234, out object? previous));
        Assert.Null(previous);
        Assert.Equal(0x1234, map.Header->Programs[1]);
        Assert.Same(program, map.ProgramAt(1));
        Assert.Equal(77u, BitConverter.ToUInt32(map.Lookup(MapFixture.Bytes(1u))));
        Assert.Equal(1, map.Count);
        Assert.Equal(Errno.None, map.SetProgram(1, new object(), 78, 0x5678, out previous));
        Assert.Same(program, previous);
        Assert.True(map.Delete(MapFixture.Bytes(1u)));
        Assert.Equal(0, map.Header->Programs[1]);
        Assert.False(map.Delete(MapFixture.Bytes(1u)));
        Assert.Null(map.ProgramAt(3));
    }

    [Fact]
    public void RefusesBytesAsPrograms()
    {
        using BpfMap map = MapFixture.Create(MapType.ProgArray, value: 4);
        Assert.False(map.TryUpdate(new byte[4], new byte[4], MapUpdate.Any, out Diagnostic? error));
        Assert.Equal(RuntimeDiagnostics.MapOperationNotSupported.Id, error!.Id);
        Assert.False(map.TryUpdate(new byte[4], new byte[4], MapUpdate.Exist, out error));
        Assert.Equal(RuntimeDiagnostics.MapUpdateFlags.Id, error!.Id);
        Assert.Equal(Errno.E2BIG, ((ProgramArrayMap)map).SetProgram(4, new object(), 1, 1, out _));
    }

    [Fact]
    public void LetsGoOfItsProgramsWhenTheHostDisposesOfIt()
    {
        var map = (ProgramArrayMap)MapFixture.Create(MapType.ProgArray, value: 4);
        map.SetProgram(0, new object(), 1, 0x1000, out _);
        map.RetainForProgram();
        map.Dispose();
        Assert.Equal(0, map.Header->Programs[0]);
        Assert.Null(map.ProgramAt(0));
        map.ReleaseProgram();
    }
}
