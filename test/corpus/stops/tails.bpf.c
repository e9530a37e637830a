// SPDX-License-Identifier: Apache-2.0
// Tail calls within functions: a run has more frames than a program.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define noinline __attribute__((noinline))

char _license[] SEC("license") = "GPL";

int deep(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *));
} deeper SEC(".maps") = {
	.values = { [0] = &deep },
};

__u64 entered, kept_sum;

static noinline int down7(struct xdp_md *ctx) { bpf_tail_call(ctx, &deeper, 0); return 7; }
static noinline int down6(struct xdp_md *ctx) { int r = down7(ctx); asm volatile("" : "+r"(r)); return r + 1; }
static noinline int down5(struct xdp_md *ctx) { int r = down6(ctx); asm volatile("" : "+r"(r)); return r + 1; }
static noinline int down4(struct xdp_md *ctx) { int r = down5(ctx); asm volatile("" : "+r"(r)); return r + 1; }
static noinline int down3(struct xdp_md *ctx) { int r = down4(ctx); asm volatile("" : "+r"(r)); return r + 1; }
static noinline int down2(struct xdp_md *ctx) { int r = down3(ctx); asm volatile("" : "+r"(r)); return r + 1; }
static noinline int down1(struct xdp_md *ctx) { int r = down2(ctx); asm volatile("" : "+r"(r)); return r + 1; }

// The last of eight frames tail-calls: 33 times seven frames more.
SEC("xdp") int deep(struct xdp_md *ctx)
{
	volatile __u64 kept = ++entered;
	int r = down1(ctx);

	asm volatile("" : "+r"(r));
	kept_sum += kept;
	return r > 0 ? XDP_PASS : XDP_DROP;
}
