// SPDX-License-Identifier: Apache-2.0

using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Verifier;

namespace NopTap.Tests.Runtime;

/// <summary>One buffer serves many packets; what the run of one leaves must not be seen by the next.</summary>
public sealed class PacketLeakTests
{
    const int Width32 = 4;

    /// <summary>Whatever a type of program may write of its context: the layouts tell, so that a field that becomes writable is tried.</summary>
    public static TheoryData<BpfEngine, ProgramType, string> WritableFields()
    {
        var fields = new TheoryData<BpfEngine, ProgramType, string>();
        foreach (ProgramType type in new[] { ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.SocketFilter, ProgramType.CgroupSkb, ProgramType.Xdp })
        {
            foreach (ContextField field in Layout(type).Fields.Where(field => field.IsWritable))
            {
                fields.Add(BpfEngine.Compiler, type, field.Name);
                fields.Add(BpfEngine.Interpreter, type, field.Name);
            }
        }

        return fields;
    }

    [Theory]
    [MemberData(nameof(WritableFields))]
    public void APacketBeginsWithoutWhatTheLastOneWasGiven(BpfEngine engine, ProgramType type, string name)
    {
        ContextField field = Layout(type).Fields.Single(field => field.Name == name);
        string size = field.Width == 8 ? "u64" : "u32";
        string each = string.Concat(Enumerable.Range(0, field.Width == 8 ? 1 : field.Size / Width32).Select(word =>
            $"r2 = *({size} *)(r1 + {field.Offset + (word * Width32)})\nr0 |= r2\n*({size} *)(r1 + {field.Offset + (word * Width32)}) = r3\n"));
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Object($"r0 = 0\nr3 = -1\n{each}r0 &= 1\nexit", type));
        BpfProgram program = loaded.Programs[0];
        using var buffer = new PacketBuffer();
        for (int packet = 0; packet < 3; packet++)
        {
            Assert.Equal(0u, program.Run(buffer, Loaded.Packet));
            Assert.Equal(0u, program.Run(Loaded.Packet).ReturnValue);
        }

        Assert.Equal(0u, program.TestRun(Loaded.Packet, 3).ReturnValue);
    }

    [Theory]
    [MemberData(nameof(Loaded.Engines), MemberType = typeof(Loaded))]
    public void ProgramsSeeWhatTheHostSetOnEachPacketAndTheHostWhatTheyLeft(BpfEngine engine)
    {
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Object("r0 = *(u32 *)(r1 + 8)\nr2 = *(u32 *)(r1 + 32)\n*(u32 *)(r1 + 8) = r2\n*(u32 *)(r1 + 32) = r0\nexit", ProgramType.SchedCls));
        using var buffer = new PacketBuffer { Mark = 70, Priority = 80 };
        for (int packet = 0; packet < 2; packet++)
        {
            Assert.Equal(70u, loaded.Programs[0].Run(buffer, Loaded.Packet));
            Assert.Equal((70u, 80u, 80u, 70u), (buffer.Mark, buffer.Priority, buffer.MarkAfter, buffer.PriorityAfter));
        }
    }

    // What lies before and behind the packet, for helpers that take any address: only what the run itself brought into view.
    [Theory]
    [InlineData(BpfEngine.Compiler, 0, 64, -14)]
    [InlineData(BpfEngine.Interpreter, 0, 64, -14)]
    [InlineData(BpfEngine.Compiler, 8, 64, 0)]
    [InlineData(BpfEngine.Interpreter, 8, 64, 0)]
    [InlineData(BpfEngine.Compiler, 0, -8, -14)]
    [InlineData(BpfEngine.Interpreter, 0, -8, -14)]
    public void NothingOfAnotherPacketIsReadAroundAPacket(BpfEngine engine, int growth, int offset, int want)
    {
        string text = $"""
            r6 = r1
            {(growth == 0 ? "" : $"r2 = {growth}\ncall xdp_adjust_tail")}
            r3 = *(u32 *)(r6 + 0)
            r3 += {offset}
            r1 = r10
            r1 += -8
            *(u64 *)(r10 - 8) = 0
            r2 = 8
            call probe_read_kernel
            if r0 != 0 goto out
            r0 = *(u64 *)(r10 - 8)
            out:
            exit
            """;
        using BpfRuntime runtime = Loaded.NewRuntime(engine);
        using BpfObject loaded = runtime.Load(Object(text, ProgramType.Xdp));
        using var buffer = new PacketBuffer();
        byte[] old = new byte[1000];
        old.AsSpan().Fill(0xee);
        loaded.Programs[0].Run(buffer, old);
        Assert.Equal(want, (int)loaded.Programs[0].Run(buffer, Loaded.Packet));
    }

    static ContextLayout Layout(ProgramType type) => ProgramTypes.TryGet(type, out ProgramTypeInfo? info) ? info.Context! : throw new ArgumentOutOfRangeException(nameof(type));

    static BpfObjectSpec Object(string text, ProgramType type) => new()
    {
        Name = "leak",
        License = "GPL",
        Programs = [Written.Program(text, "leak", type, type == ProgramType.CgroupSkb ? AttachType.CgroupInetEgress : default) with { License = "GPL" }],
    };
}
