// SPDX-License-Identifier: Apache-2.0
// Every place at which a run can be stopped, a program each; what a run got to do stands in the variables.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

#define noinline __attribute__((noinline))

/* A loop that stays one. */
#define each(i, times) for (__u64 i = 0; i < (times); i++, ({ asm volatile("" : "+r"(i)); }))

char _license[] SEC("license") = "GPL";

struct bpf_iter_num;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));

__u64 inner_rounds, outer_rounds, results, tails;
__u64 wanted = 5000;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 300);
	__type(key, __u32);
	__type(value, __u64);
} cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 300);
	__type(key, __u32);
	__type(value, __u64);
} flows SEC(".maps");

int again(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *));
} next SEC(".maps") = {
	.values = { [0] = &again },
};

BPF_SDT_DECLARE1(step, __u32);
BPF_SDT_DECLARE1(turn, __u32);

static long count_inner(__u32 i, void *c)
{
	inner_rounds++;
	return 0;
}

static long until_hundred(__u32 i, void *c)
{
	inner_rounds++;
	return i == 99;
}

static long loop_inside(__u32 i, void *c)
{
	outer_rounds++;
	results += bpf_loop(10, count_inner, 0, 0);
	return 0;
}

// A loop that is proved step by step, within a callback that is proved once.
static long steps_inside(__u32 i, void *c)
{
	outer_rounds++;
	each(k, 20)
		inner_rounds++;
	return 0;
}

static long hit_probe(__u32 i, void *c)
{
	inner_rounds++;
	BPF_SDT_PROBE1(step, i);
	return 0;
}

static long count_cell(void *map, __u32 *key, __u64 *value, void *c)
{
	inner_rounds++;
	(*value)++;
	return 0;
}

static long loop_at_cell(void *map, __u32 *key, __u64 *value, void *c)
{
	outer_rounds++;
	results += bpf_loop(3, count_inner, 0, 0);
	return 0;
}

SEC("xdp") int loop(struct xdp_md *ctx)
{
	results = bpf_loop(wanted, count_inner, 0, 0);
	return XDP_PASS;
}

SEC("xdp") int loop_ends(struct xdp_md *ctx)
{
	for (int i = 0; i < 4; i++)
		results += bpf_loop(wanted, until_hundred, 0, 0);
	return XDP_PASS;
}

SEC("xdp") int loops(struct xdp_md *ctx)
{
	results += bpf_loop(200, loop_inside, 0, 0) << 32;
	return XDP_PASS;
}

SEC("xdp") int steps(struct xdp_md *ctx)
{
	results = bpf_loop(200, steps_inside, 0, 0);
	return XDP_PASS;
}

SEC("xdp") int elements(struct xdp_md *ctx)
{
	results = bpf_for_each_map_elem(&cells, count_cell, 0, 0);
	return XDP_PASS;
}

SEC("xdp") int elements_of_hash(struct xdp_md *ctx)
{
	results += bpf_for_each_map_elem(&flows, loop_at_cell, 0, 0) << 32;
	return XDP_PASS;
}

SEC("xdp") int numbers(struct xdp_md *ctx)
{
	struct bpf_iter_num it;
	int *n;

	bpf_iter_num_new(&it, 0, 5000);
	while ((n = bpf_iter_num_next(&it))) {
		outer_rounds++;
		results += *n;
		each(k, 5)
			inner_rounds++;
	}
	bpf_iter_num_destroy(&it);
	return XDP_PASS;
}

// goto may or may not: the kernel's may_goto as 8 bytes.
#define may_leave(label) asm volatile goto("1: .byte 0xe5; .byte 0; .long ((%l[" #label "] - 1b - 8) / 8) & 0xffff; .short 0" :::: label)

static noinline void may_loop(void)
{
	for (;;) {
		may_leave(out);
		inner_rounds++;
	}
out:
	return;
}

SEC("xdp") int may(struct xdp_md *ctx)
{
	outer_rounds++;
	may_loop();
	return XDP_PASS;
}

SEC("xdp") int again(struct xdp_md *ctx)
{
	tails++;
	results += bpf_loop(10, count_inner, 0, 0);
	bpf_tail_call(ctx, &next, 0);
	return XDP_DROP;
}

noinline __u64 level5(__u64 x)
{
	each(i, 30)
		inner_rounds++;
	return x + 1;
}

noinline __u64 level4(__u64 x)
{
	each(i, 30)
		x += level5(x);
	return x;
}

noinline __u64 level3(__u64 x)
{
	each(i, 30)
		x += level4(x);
	return x;
}

noinline __u64 level2(__u64 x)
{
	each(i, 30)
		x += level3(x);
	return x;
}

// Four loops of thirty rounds in functions that are proved one by one, and one in the entry.
SEC("xdp") int levels(struct xdp_md *ctx)
{
	each(i, 2) {
		outer_rounds++;
		results += level2(i);
	}
	return XDP_PASS;
}

// Bounded by its proof: nothing is counted and nothing stops it.
static noinline __u64 bounded(__u64 x)
{
	each(i, 10)
		inner_rounds++;
	return x;
}

SEC("xdp") int plain(struct xdp_md *ctx)
{
	each(i, 10)
		results += bounded(i);
	return XDP_PASS;
}

SEC("xdp") int probed(struct xdp_md *ctx)
{
	results = bpf_loop(100, hit_probe, 0, 0);
	return XDP_PASS;
}

// As nested as it gets, far beyond what anyone waits for.
static long eternal_inner(__u32 i, void *c)
{
	inner_rounds++;
	return 0;
}

static long eternal_middle(__u32 i, void *c)
{
	bpf_loop(1 << 23, eternal_inner, 0, 0);
	return 0;
}

static long eternal_outer(__u32 i, void *c)
{
	outer_rounds++;
	BPF_SDT_PROBE1(turn, i);
	bpf_loop(1 << 23, eternal_middle, 0, 0);
	return 0;
}

SEC("xdp") int eternal(struct xdp_md *ctx)
{
	bpf_loop(1 << 23, eternal_outer, 0, 0);
	return XDP_PASS;
}

// bpf_loop as it is called without the header's types: the count has 64 bits.
static long (*loop64)(__u64, void *, void *, __u64) = (void *)BPF_FUNC_loop;

SEC("xdp") int wide(struct xdp_md *ctx)
{
	results = loop64(0x100000005ull, count_inner, 0, 0);
	return XDP_PASS;
}

SEC("bpf_sdt") int watch(__u64 *args)
{
	outer_rounds++;
	results += bpf_loop(7, count_inner, 0, 0);
	return 0;
}
