// SPDX-License-Identifier: Apache-2.0

using NopTap.Formats.Linking;
using NopTap.Isa;

namespace NopTap.Formats.Tests;

public sealed class SectionNameTests
{
    [Theory]
    [InlineData("xdp", ProgramType.Xdp, AttachType.Xdp, null)]
    [InlineData("xdp.frags", ProgramType.Xdp, AttachType.Xdp, null)]
    [InlineData("xdp/devmap", ProgramType.Xdp, AttachType.XdpDevmap, null)]
    [InlineData("xdp.frags/cpumap", ProgramType.Xdp, AttachType.XdpCpumap, null)]
    [InlineData("tc", ProgramType.SchedCls, (AttachType)0, null)]
    [InlineData("classifier", ProgramType.SchedCls, (AttachType)0, null)]
    [InlineData("action", ProgramType.SchedAct, (AttachType)0, null)]
    [InlineData("tcx/ingress", ProgramType.SchedCls, AttachType.TcxIngress, null)]
    [InlineData("tc/egress", ProgramType.SchedCls, AttachType.TcxEgress, null)]
    [InlineData("netkit/peer", ProgramType.SchedCls, AttachType.NetkitPeer, null)]
    [InlineData("socket", ProgramType.SocketFilter, (AttachType)0, null)]
    [InlineData("cgroup_skb/ingress", ProgramType.CgroupSkb, AttachType.CgroupInetIngress, null)]
    [InlineData("cgroup_skb/egress", ProgramType.CgroupSkb, AttachType.CgroupInetEgress, null)]
    [InlineData("cgroup/connect4", ProgramType.CgroupSockAddr, AttachType.CgroupInet4Connect, null)]
    [InlineData("cgroup/sendmsg6", ProgramType.CgroupSockAddr, AttachType.CgroupUdp6Sendmsg, null)]
    [InlineData("cgroup/getsockname_unix", ProgramType.CgroupSockAddr, AttachType.CgroupUnixGetsockname, null)]
    [InlineData("tracepoint/syscalls/sys_enter_open", ProgramType.Tracepoint, (AttachType)0, "syscalls/sys_enter_open")]
    [InlineData("tp/sched/sched_switch", ProgramType.Tracepoint, (AttachType)0, "sched/sched_switch")]
    [InlineData("raw_tp/sched_switch", ProgramType.RawTracepoint, (AttachType)0, "sched_switch")]
    [InlineData("raw_tracepoint.w/x", ProgramType.RawTracepointWritable, (AttachType)0, "x")]
    [InlineData("tp_btf/sched_switch", ProgramType.Tracing, AttachType.TraceRawTp, "sched_switch")]
    [InlineData("kprobe/do_open", ProgramType.Kprobe, (AttachType)0, "do_open")]
    [InlineData("kprobe.multi/do_*", ProgramType.Kprobe, AttachType.TraceKprobeMulti, "do_*")]
    [InlineData("uprobe//bin/sh:main", ProgramType.Kprobe, (AttachType)0, "/bin/sh:main")]
    [InlineData("fentry/first", ProgramType.Tracing, AttachType.TraceFentry, "first")]
    [InlineData("fentry", ProgramType.Tracing, AttachType.TraceFentry, null)]
    [InlineData("fexit.s/first", ProgramType.Tracing, AttachType.TraceFexit, "first")]
    [InlineData("fmod_ret/first", ProgramType.Tracing, AttachType.ModifyReturn, "first")]
    [InlineData("freplace/first", ProgramType.Ext, (AttachType)0, "first")]
    [InlineData("iter/task", ProgramType.Tracing, AttachType.TraceIter, "task")]
    [InlineData("syscall", ProgramType.Syscall, (AttachType)0, null)]
    [InlineData("lsm/file_open", ProgramType.Lsm, AttachType.LsmMac, "file_open")]
    [InlineData("lsm_cgroup/file_open", ProgramType.Lsm, AttachType.LsmCgroup, "file_open")]
    [InlineData("sk_msg", ProgramType.SkMsg, AttachType.SkMsgVerdict, null)]
    [InlineData("sk_lookup", ProgramType.SkLookup, AttachType.SkLookup, null)]
    [InlineData("sk_skb/stream_verdict", ProgramType.SkSkb, AttachType.SkSkbStreamVerdict, null)]
    [InlineData("struct_ops/init", ProgramType.StructOps, (AttachType)0, "init")]
    [InlineData("netfilter", ProgramType.Netfilter, AttachType.Netfilter, null)]
    [InlineData("bpf_sdt", ProgramType.Tracing, AttachType.TraceSdt, null)]
    [InlineData("bpf_sdt/verdict", ProgramType.Tracing, AttachType.TraceSdt, "verdict")]
    [InlineData("xdp_mine", ProgramType.Unspec, (AttachType)0, null)]
    [InlineData("socket/one", ProgramType.Unspec, (AttachType)0, "one")]
    [InlineData("", ProgramType.Unspec, (AttachType)0, null)]
    public void NamesAreLibbpfs(string name, ProgramType type, AttachType attach, string? target)
    {
        SectionConvention have = SectionConvention.Parse(name);
        Assert.Equal((type, attach, target, true), (have.Type, have.AttachType, have.Target, have.AutoLoad));
        Assert.Equal(have with { AutoLoad = false }, SectionConvention.Parse("?" + name));
    }

    [Theory]
    [InlineData("fentry.s/x", true, false)]
    [InlineData("lsm.s/x", true, false)]
    [InlineData("syscall", true, false)]
    [InlineData("fentry/x", false, false)]
    [InlineData("xdp.frags", false, true)]
    [InlineData("xdp.frags/devmap", false, true)]
    [InlineData("xdp", false, false)]
    public void SuffixesAreFlags(string name, bool sleepable, bool frags)
    {
        SectionConvention have = SectionConvention.Parse(name);
        Assert.Equal((sleepable, frags), (have.IsSleepable, have.HasFrags));
    }

    [Fact]
    public void AQuestionMarkTurnsLoadingOff() =>
        Assert.Equal(["none"], Building.Have.Corpus("formats/probes.bpf.o").Programs.Where(static p => !p.AutoLoad).Select(static p => p.Name));
}
