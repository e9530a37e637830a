// SPDX-License-Identifier: Apache-2.0
/* Mistakes that verification refuses, and one program without. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct histogram {
	__u64 buckets[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct histogram);
} histograms SEC(".maps");

/* Counts packets of a queue without asking whether the queue was seen before. */
SEC("xdp")
int missing_null_check(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	__u64 *count = bpf_map_lookup_elem(&counts, &queue);

	*count += 1;
	return XDP_PASS;
}

/* Asks for an Ethernet header and reads the one behind it. */
SEC("xdp")
int packet_beyond_end(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (struct iphdr *)(ethernet + 1);

	if ((void *)(ethernet + 1) > end)
		return XDP_PASS;
	return ip->protocol == 17 ? XDP_DROP : XDP_PASS;
}

/* Spreads queues over the buckets by a hash of five bits; the buckets have four. */
SEC("xdp")
int index_beyond_value(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u32 hash = ctx->rx_queue_index;
	struct histogram *histogram = bpf_map_lookup_elem(&histograms, &zero);

	if (!histogram)
		return XDP_PASS;
	hash ^= hash >> 16;
	hash *= 0x45d9f3b;
	hash ^= hash >> 11;
	histogram->buckets[hash & 31] += 1;
	return XDP_PASS;
}

/* Asks for both. */
SEC("xdp")
int no_mistake(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (struct iphdr *)(ethernet + 1);

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	return ip->protocol == 17 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
