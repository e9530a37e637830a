// SPDX-License-Identifier: Apache-2.0
// Programs whose whole work is what is counted while they run: 1000 rounds each, which do as little as they can.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ROUNDS 1000
#define noinline __attribute__((noinline))

char _license[] SEC("license") = "GPL";

struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ROUNDS);
	__type(key, __u32);
	__type(value, __u64);
} cells SEC(".maps");

__u64 counted;

static long nothing(__u32 i, void *c)
{
	return 0;
}

static long ten(__u32 i, void *c)
{
	bpf_loop(10, nothing, 0, 0);
	return 0;
}

static long element(void *map, __u32 *key, __u64 *value, void *c)
{
	return 0;
}

SEC("xdp") int loop(struct xdp_md *ctx)
{
	return bpf_loop(ROUNDS, nothing, 0, 0) == ROUNDS ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int loops(struct xdp_md *ctx)
{
	return bpf_loop(ROUNDS / 10, ten, 0, 0) == ROUNDS / 10 ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int elements(struct xdp_md *ctx)
{
	return bpf_for_each_map_elem(&cells, element, 0, 0) == ROUNDS ? XDP_PASS : XDP_DROP;
}

SEC("xdp") int numbers(struct xdp_md *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, ROUNDS);
	while (bpf_iter_num_next(&it))
		counted++;
	bpf_iter_num_destroy(&it);
	return XDP_PASS;
}

noinline __u64 leaf(__u64 x)
{
	return x + 1;
}

SEC("xdp") int calls(struct xdp_md *ctx)
{
	__u64 n = 0;

	for (__u64 i = 0; i < ROUNDS; i++)
		n += leaf(i);
	return n ? XDP_PASS : XDP_DROP;
}

noinline __u64 sum(__u64 x)
{
	for (__u64 i = 0; i < ROUNDS; i++) {
		x += i;
		asm volatile("" : "+r"(x), "+r"(i));
	}

	return x;
}

SEC("xdp") int loop_in_function(struct xdp_md *ctx)
{
	return sum(1) ? XDP_PASS : XDP_DROP;
}
