// SPDX-License-Identifier: Apache-2.0
/*
 * Scenario "subprogram with ctx": probes in a static and in a global
 * subprogram that were handed the context, and a lazy one that computes.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

BPF_SDT_DECLARE2(in_static, struct xdp_md *, __u32);
SDT_DECLARE(in_global, struct xdp_md *ctx);
SDT_DECLARE(lazy, struct xdp_md *ctx, __u64 time, __u32 cpu);

static __noinline int static_subprogram(struct xdp_md *ctx, __u32 queue)
{
	BPF_SDT_PROBE2(in_static, ctx, queue);
	return ctx->data_end - ctx->data > 64 ? XDP_PASS : XDP_DROP;
}

__noinline int global_subprogram(struct xdp_md *ctx)
{
	SDT_PROBE_EAGER(in_global, ctx);
	SDT_PROBE(lazy, ctx, bpf_ktime_get_ns(), bpf_get_smp_processor_id());
	return ctx->rx_queue_index & 0xff;
}

SEC("xdp")
int subprog_ctx(struct xdp_md *ctx)
{
	__u32 queue = global_subprogram(ctx);

	return static_subprogram(ctx, queue + 1);
}

char _license[] SEC("license") = "Dual BSD/GPL";
