// SPDX-License-Identifier: Apache-2.0
/* Spin locks: in the values of an array and of a hash, and one in global data. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* a + b is 0 whenever the lock is free. */
struct pair {
	__u64 taken;
	struct bpf_spin_lock lock;
	__u32 rounds;
	__s64 a;
	__s64 b;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct pair);
} pairs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u64);
	__type(value, struct pair);
} flows SEC(".maps");

struct bpf_spin_lock guard SEC(".data.guarded");
__u64 both[2] SEC(".data.guarded");

/* Called with the lock held. */
static __attribute__((noinline)) void move(struct pair *pair, __s64 amount)
{
	pair->a += amount;
	pair->rounds++;
	pair->b -= amount;
}

#define ROUNDS 64

/* Long enough that without the lock two of these would meet, and one forget what the other did. */
static __attribute__((noinline)) void change(struct pair *pair)
{
	__u64 taken;

	bpf_spin_lock(&pair->lock);
	taken = pair->taken;
#pragma clang loop unroll(disable)
	for (int i = 0; i < ROUNDS; i++)
		move(pair, 3);
	pair->taken = taken + 1;
	bpf_spin_unlock(&pair->lock);
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index & 3;
	struct pair *pair = bpf_map_lookup_elem(&pairs, &key);

	if (!pair)
		return XDP_ABORTED;
	change(pair);
	return XDP_PASS;
}

SEC("xdp")
int count_flow(struct xdp_md *ctx)
{
	__u64 key = (__u64)(long)ctx->data_end - (long)ctx->data;
	struct pair *pair = bpf_map_lookup_elem(&flows, &key);

	if (!pair) {
		struct pair fresh = {};

		bpf_map_update_elem(&flows, &key, &fresh, BPF_NOEXIST);
		pair = bpf_map_lookup_elem(&flows, &key);
		if (!pair)
			return XDP_ABORTED;
	}
	change(pair);
	return XDP_PASS;
}

/* Writes a whole value under its lock, as the host does with BPF_F_LOCK. */
SEC("xdp")
int replace(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index & 3;
	struct pair zero = {};

	return bpf_map_update_elem(&pairs, &key, &zero, BPF_F_LOCK) ? XDP_ABORTED : XDP_PASS;
}

SEC("tc")
int count_both(struct __sk_buff *skb)
{
	bpf_spin_lock(&guard);
	both[0]++;
	both[1] += 2;
	bpf_spin_unlock(&guard);
	return 0;
}

char _license[] SEC("license") = "GPL";
