// SPDX-License-Identifier: Apache-2.0
/* Maps of maps: an array of arrays that are filled at load, a hash of hashes with locks, an array of ring buffers. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct totals {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct totals);
} by_queue SEC(".maps") = {
	.values = { [0] = &first, [2] = &second },
};

struct flow {
	struct bpf_spin_lock lock;
	__u32 packets;
	__u64 bytes;
};

struct flows {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct flow);
} flows_of_1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct flows);
} by_interface SEC(".maps") = {
	.values = { [1] = &flows_of_1 },
};

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct ring);
} rings SEC(".maps");

/* The lengths of packets, added up in the array of their queue. */
SEC("xdp")
int lengths(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	__u32 slot = 3;
	void *totals = bpf_map_lookup_elem(&by_queue, &queue);
	__u64 *total;

	if (!totals)
		return XDP_DROP;
	total = bpf_map_lookup_elem(totals, &slot);
	if (!total)
		return XDP_ABORTED;
	__sync_fetch_and_add(total, (long)ctx->data_end - (long)ctx->data);
	return XDP_PASS;
}

/* One that is told by its interface, with the lock of the flow in the inner map. */
SEC("xdp")
int flow(struct xdp_md *ctx)
{
	__u32 interface = ctx->ingress_ifindex;
	__u64 length = (long)ctx->data_end - (long)ctx->data;
	void *flows = bpf_map_lookup_elem(&by_interface, &interface);
	struct flow *flow;

	if (!flows)
		return XDP_DROP;
	flow = bpf_map_lookup_elem(flows, &length);
	if (!flow) {
		struct flow fresh = {};

		if (bpf_map_update_elem(flows, &length, &fresh, BPF_NOEXIST))
			return XDP_TX;
		flow = bpf_map_lookup_elem(flows, &length);
		if (!flow)
			return XDP_ABORTED;
	}
	bpf_spin_lock(&flow->lock);
	flow->packets++;
	flow->bytes += length;
	bpf_spin_unlock(&flow->lock);
	return XDP_PASS;
}

static long add(void *map, __u32 *key, __u64 *value, __u64 *sum)
{
	*sum += *value;
	return 0;
}

SEC("xdp")
int sum(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	__u64 total = 0;
	void *totals = bpf_map_lookup_elem(&by_queue, &queue);

	if (!totals)
		return XDP_DROP;
	bpf_for_each_map_elem(totals, add, &total, 0);
	return (int)total;
}

SEC("xdp")
int tell(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	void *ring = bpf_map_lookup_elem(&rings, &queue);
	__u64 *record;

	if (!ring)
		return XDP_DROP;
	record = bpf_ringbuf_reserve(ring, sizeof(*record), 0);
	if (!record)
		return XDP_ABORTED;
	*record = (long)ctx->data_end - (long)ctx->data;
	bpf_ringbuf_submit(record, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
