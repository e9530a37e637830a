// SPDX-License-Identifier: Apache-2.0
/* Observers of sdt_subprog_ctx: the packet's length through the context that the probe hands on. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u64 static_length, global_length, lazy_length, lazy_time;
__u32 static_queue, lazy_cpu;

SEC("bpf_sdt")
int BPF_PROG(observe_static, struct xdp_md *xdp, __u32 queue)
{
	static_length = bpf_xdp_get_buff_len(xdp);
	static_queue = queue;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_global, struct xdp_md *xdp)
{
	global_length = bpf_xdp_get_buff_len(xdp);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_lazy, struct xdp_md *xdp, __u64 time, __u32 cpu)
{
	lazy_length = bpf_xdp_get_buff_len(xdp);
	lazy_time = time;
	lazy_cpu = cpu;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
