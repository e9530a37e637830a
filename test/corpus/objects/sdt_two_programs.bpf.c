// SPDX-License-Identifier: Apache-2.0
/*
 * Scenario "two programs": both in one section, each with a probe of its own;
 * both call one static subprogram whose probe belongs to each of them, and one
 * function inlined in both puts a site of one more probe into each.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

BPF_SDT_DECLARE1(first_only, int);
BPF_SDT_DECLARE1(second_only, int);
SDT_DECLARE(shared, __u32 caller, __u32 value);
SDT_DECLARE(inlined, int caller);

static __always_inline void inlined_probe(int caller)
{
	SDT_PROBE_EAGER(inlined, caller);
}

static __noinline __u32 subprogram(__u32 caller, __u32 value)
{
	SDT_PROBE_EAGER(shared, caller, value);
	return value * 3 + caller;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	int len = ctx->data_end - ctx->data;

	BPF_SDT_PROBE1(first_only, len);
	inlined_probe(1);
	return subprogram(1, len) & 1 ? XDP_PASS : XDP_TX;
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	int len = ctx->data_end - ctx->data;

	BPF_SDT_PROBE1(second_only, len);
	inlined_probe(2);
	return subprogram(2, len + 1) & 1 ? XDP_PASS : XDP_TX;
}

char _license[] SEC("license") = "Dual BSD/GPL";
