// SPDX-License-Identifier: Apache-2.0
/*
 * Tail calls: "entry" hands an IPv4 or IPv6 packet to the program in the slot
 * of its protocol, and "spin" calls itself until the limit of 33 stops it. A
 * probe behind a tail call is reached only when the call was refused.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "bpf_sdt.h"

enum slot {
	SLOT_IPV4,
	SLOT_IPV6,
	SLOT_SPIN,
	SLOT_COUNT,
};

int on_ipv4(struct xdp_md *ctx);
int on_ipv6(struct xdp_md *ctx);
int spin(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, SLOT_COUNT);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} stages SEC(".maps") = {
	.values = {
		[SLOT_IPV4] = (void *)&on_ipv4,
		[SLOT_IPV6] = (void *)&on_ipv6,
		[SLOT_SPIN] = (void *)&spin,
	},
};

__u32 spins;

SDT_DECLARE(stage, int slot);
SDT_DECLARE(refused, int slot);
SDT_DECLARE(spun, __u32 times);

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	int slot;

	if (data + sizeof(*eth) > end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		slot = SLOT_IPV4;
	else if (eth->h_proto == bpf_htons(ETH_P_IPV6))
		slot = SLOT_IPV6;
	else
		return XDP_PASS;
	SDT_PROBE_EAGER(stage, slot);
	bpf_tail_call(ctx, &stages, slot);
	SDT_PROBE_EAGER(refused, slot);
	return XDP_ABORTED;
}

SEC("xdp")
int on_ipv4(struct xdp_md *ctx)
{
	SDT_PROBE_EAGER(stage, (int)SLOT_IPV4);
	return XDP_PASS;
}

SEC("xdp")
int on_ipv6(struct xdp_md *ctx)
{
	SDT_PROBE_EAGER(stage, (int)SLOT_IPV6);
	return XDP_TX;
}

SEC("xdp")
int spin(struct xdp_md *ctx)
{
	__u32 times = ++spins;

	SDT_PROBE_EAGER(spun, times);
	bpf_tail_call(ctx, &stages, SLOT_SPIN);
	SDT_PROBE_EAGER(refused, (int)SLOT_SPIN);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
