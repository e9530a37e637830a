// SPDX-License-Identifier: Apache-2.0

using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using NopTap.Contexts;
using NopTap.Formats;
using NopTap.Isa;
using NopTap.Jit.Abi;
using NopTap.Verifier;

#pragma warning disable CA1421 // the structures are blittable, so the marshaller's offsets are the real ones

namespace NopTap.Tests.Contexts;

/// <summary>Offsets of contexts, held to the kernel's header and to our own structures.</summary>
public class LayoutTests
{
    public static TheoryData<ProgramType> Types => [ProgramType.Xdp, ProgramType.SchedCls, ProgramType.SocketFilter, ProgramType.CgroupSkb];

    [Theory]
    [MemberData(nameof(Types))]
    public void FollowsTheKernelsHeader(ProgramType type)
    {
        Assert.True(ProgramTypes.TryGet(type, out ProgramTypeInfo? info));
        ContextLayout layout = info.Context!;
        string source = "#include <stddef.h>\n#include <linux/bpf.h>\nunsigned long v[] = {sizeof(struct " + layout.StructName + ")"
            + string.Concat(layout.Fields.Where(field => field.Name != "tstamp_type")
                .Select(field => $",\noffsetof(struct {layout.StructName}, {field.Name}), sizeof(((struct {layout.StructName} *)0)->{field.Name})")) + "};\n";
        long[] have = Compile(source);
        long[] want = [layout.Size, .. layout.Fields.Where(field => field.Name != "tstamp_type").SelectMany(field => new long[] { field.Offset, field.Size })];
        Assert.Equal(want, have);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void PlacesEveryFieldInsideTheNativeContextWithoutOverlap(ProgramType type)
    {
        Assert.True(ProgramTypes.TryGet(type, out ProgramTypeInfo? info));
        ContextLayout layout = info.Context!;
        int end = 0;
        foreach (ContextField field in layout.Fields.OrderBy(field => field.NativeOffset))
        {
            Assert.True(field.NativeOffset >= end, field.Name);
            Assert.Equal(0, field.NativeOffset % Math.Min(field.Size, 4));
            end = field.NativeOffset + field.NativeSize;
        }

        Assert.True(end <= layout.NativeSize);
        Assert.Equal(layout.Fields.OrderBy(field => field.Offset), layout.Fields);
    }

    [Theory]
    [InlineData(typeof(XdpContext), "data=Data data_end=DataEnd data_meta=DataMeta ingress_ifindex=IngressIfindex rx_queue_index=RxQueueIndex egress_ifindex=EgressIfindex")]
    [InlineData(typeof(SkbContext), "len=Length pkt_type=PacketType mark=Mark queue_mapping=QueueMapping protocol=Protocol vlan_present=VlanPresent vlan_tci=VlanTci vlan_proto=VlanProtocol priority=Priority ingress_ifindex=IngressIfindex ifindex=Ifindex tc_index=TcIndex cb=ControlBlock hash=Hash tc_classid=TcClassId data=Data data_end=DataEnd napi_id=NapiId family=Family remote_ip4=RemoteIp4 local_ip4=LocalIp4 remote_ip6=RemoteIp6 local_ip6=LocalIp6 remote_port=RemotePort local_port=LocalPort data_meta=DataMeta tstamp=Timestamp wire_len=WireLength gso_segs=GsoSegments gso_size=GsoSize tstamp_type=TimestampType hwtstamp=HardwareTimestamp sk=Socket")]
    public void NamesTheRightMemberForEachField(Type native, string pairs)
    {
        IEnumerable<ContextField> fields = native == typeof(XdpContext)
            ? XdpContext.DevmapLayout.Fields
            : SkbLayouts.Sched.Fields.Concat(SkbLayouts.CgroupSkb.Fields).DistinctBy(field => field.Name);
        Dictionary<string, string> members = pairs.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(members.Keys.Order(), fields.Select(field => field.Name).Order());
        Assert.All(fields, field => Assert.Equal(OffsetOf(native, members[field.Name]), field.NativeOffset));
    }

    [Fact]
    public void KeepsTheMachineInterfacesSizes()
    {
        Assert.Equal(192, Marshal.SizeOf<MapHeader>());
        Assert.Equal(128, (int)Marshal.OffsetOf<MapHeader>(nameof(MapHeader.FreeHead)));
        Assert.Equal(64, (int)Marshal.OffsetOf<ThreadBlock>(nameof(ThreadBlock.Memory)));
        Assert.Equal(56, Marshal.SizeOf<RunMemory>());
        Assert.Equal(72, Marshal.SizeOf<XdpContext>());
        Assert.Equal(216, Marshal.SizeOf<SkbContext>());
    }

    [Theory]
    [InlineData(ProgramType.SchedCls, "mark", true)]
    [InlineData(ProgramType.SchedCls, "len", false)]
    [InlineData(ProgramType.SchedCls, "family", null)]
    [InlineData(ProgramType.SchedCls, "tc_classid", true)]
    [InlineData(ProgramType.SchedCls, "data_meta", false)]
    [InlineData(ProgramType.SocketFilter, "mark", false)]
    [InlineData(ProgramType.SocketFilter, "cb", true)]
    [InlineData(ProgramType.SocketFilter, "data", null)]
    [InlineData(ProgramType.CgroupSkb, "priority", true)]
    [InlineData(ProgramType.CgroupSkb, "tc_classid", null)]
    [InlineData(ProgramType.CgroupSkb, "family", false)]
    [InlineData(ProgramType.Xdp, "egress_ifindex", null)]
    [InlineData(ProgramType.Xdp, "rx_queue_index", false)]
    public void GrantsEachTypeItsFields(ProgramType type, string name, bool? writable)
    {
        Assert.True(ProgramTypes.TryGet(type, out ProgramTypeInfo? info));
        Assert.Equal(writable, info.Context!.Fields.SingleOrDefault(field => field.Name == name)?.IsWritable);
    }

    [Fact]
    public void GivesAnObserverASlotForEachArgument()
    {
        var probe = new ProbeSpec
        {
            Name = "verdict",
            Parameters =
            [
                new("len", "int", 1, ProbeArgumentKind.Integer, 4, true),
                new(null, "struct xdp_md *", 2, ProbeArgumentKind.Context, 8, false),
                new(null, "void *", 3, ProbeArgumentKind.Pointer, 8, false),
            ],
        };
        ContextLayout layout = ObserverLayout.For(probe);
        Assert.Equal(24, layout.Size);
        Assert.Equal(["len", "arg1", "arg2"], layout.Fields.Select(field => field.Name));
        Assert.Equal(
            [ContextFieldKind.Scalar, ContextFieldKind.TargetContext, ContextFieldKind.OpaquePointer], layout.Fields.Select(field => field.Kind));
        Assert.All(layout.Fields, field => Assert.False(field.IsWritable));
        Assert.Null(layout.FieldAt(24, 8));
        ContextLayout exit = ObserverLayout.For(probe.Parameters, hasResult: true);
        Assert.Equal((24, "ret"), (exit.Fields[3].Offset, exit.Fields[3].Name));
        Assert.Equal(40, ObserverLayout.Unknown.Size);
    }

    [Fact]
    public void ConsidersTheAttachType()
    {
        ProgramSpec program = Program(ProgramType.Xdp) with { AttachType = AttachType.XdpDevmap };
        Assert.Contains(ProgramTypes.Of(program).Context!.Fields, field => field.Name == "egress_ifindex");
        Assert.Null(ProgramTypes.Of(program).ReturnRange);
        ProgramSpec egress = Program(ProgramType.CgroupSkb) with { AttachType = AttachType.CgroupInetEgress };
        Assert.Equal((0, 3), ProgramTypes.Of(egress).ReturnRange);
        Assert.Equal((0, 1), ProgramTypes.Of(egress with { AttachType = AttachType.CgroupInetIngress }).ReturnRange);
    }

    [Fact]
    public void RefusesATypeThatItDoesNotKnow()
    {
        var error = Assert.Throws<BpfOperationException>(() => ProgramTypes.Of(Program(ProgramType.LircMode2)));
        Assert.Equal(RuntimeDiagnostics.ProgramTypeUnknown.Id, error.Diagnostic.Id);
    }

    static ProgramSpec Program(ProgramType type) => new() { Name = "p", SectionName = "s", Type = type, Instructions = [], Functions = [] };

    static int OffsetOf(Type type, string member)
    {
        Assert.NotNull(type.GetField(member, BindingFlags.Instance | BindingFlags.Public));
        return (int)Marshal.OffsetOf(type, member);
    }

    /// <summary>Has a C compiler lay out numbers and reads them back from its assembly.</summary>
    static long[] Compile(string source)
    {
        string compiler = ((string[])["clang-19", "clang-16", "clang", "gcc", "cc"]).FirstOrDefault(name =>
            Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, name)))) ?? "";
        Assert.SkipWhen(compiler.Length == 0, "no C compiler");
        Assert.SkipUnless(File.Exists("/usr/include/linux/bpf.h"), "no kernel headers");
        var start = new ProcessStartInfo(compiler, ["-S", "-x", "c", "-o", "-", "-"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(source);
        process.StandardInput.Close();
        string assembly = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        var numbers = ImmutableArray.CreateBuilder<long>();
        foreach (string line in assembly.Split('\n').SkipWhile(line => !line.StartsWith("v:", StringComparison.Ordinal)).Skip(1))
        {
            string[] words = line.Trim().Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (words is [".quad", string number, ..])
                numbers.Add(long.Parse(number, CultureInfo.InvariantCulture));
            else if (words is [".zero" or ".skip", "8", ..])
                numbers.Add(0);
        }

        return [.. numbers];
    }
}
