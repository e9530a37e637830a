// SPDX-License-Identifier: Apache-2.0
/* Static and global subprograms, callbacks, nesting, and two programs that share a subprogram. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} cells SEC(".maps");

struct bpf_map;

struct state {
	__u64 sum;
	__u32 calls;
	__u32 stop_at;
};

static __noinline int leaf(int x)
{
	return x * 3 + 1;
}

static __noinline int middle(int x, int depth)
{
	return depth > 3 ? leaf(x) : leaf(x + depth) - 2;
}

__noinline int global_sum(int a, int b, int c, int d, int e)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e;
}

__noinline int global_clear(struct state *state)
{
	if (!state)
		return -1;
	state->sum = 0;
	return 0;
}

static long add_index(__u32 index, void *data)
{
	struct state *state = data;

	state->sum += index;
	state->calls++;
	return index == state->stop_at;
}

static long add_cell(struct bpf_map *map, const void *key, void *value, void *data)
{
	struct state *state = data;

	state->sum += *(__u64 *)value + *(const __u32 *)key;
	return 0;
}

SEC("xdp")
int nested(struct xdp_md *ctx)
{
	int x = ctx->rx_queue_index;

	return middle(x, x & 7) + global_sum(x, 2, 3, 4, 5);
}

SEC("xdp")
int shared(struct xdp_md *ctx)
{
	return leaf(ctx->ingress_ifindex);
}

SEC("xdp")
int looping(struct xdp_md *ctx)
{
	struct state state = { .stop_at = 9 };

	bpf_loop(100, add_index, &state, 0);
	return state.sum;
}

SEC("tc")
int for_each(struct __sk_buff *skb)
{
	struct state state = { .stop_at = 16 };

	bpf_for_each_map_elem(&cells, add_cell, &state, 0);
	bpf_loop(4, add_index, &state, 0);
	if (state.sum == 1000)
		global_clear(&state);
	return state.sum;
}

char _license[] SEC("license") = "GPL";
