// SPDX-License-Identifier: Apache-2.0
/*
 * Probes as the reader must find them: both families of macros, one in a static and one in a global subprogram that two
 * programs share, several sites of one name, constants, a lazy probe, and every kind of parameter.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

enum verdict { KEEP, REMOVE };
typedef int length_t;
struct item {
	int value;
	struct item *next;
};

BPF_SDT_DECLARE2(rfc, int, const struct item *);
BPF_SDT_DECLARE(never);
SDT_DECLARE(kinds, struct xdp_md *ctx, __u8 small, const length_t len, enum verdict verdict, long (*callback)(__u32, void *));
SDT_DECLARE(shared, unsigned long long value);
SDT_DECLARE(lazy, __u64 now, int constant);

__u64 seed = 5;

static __noinline int in_static(int x)
{
	struct item item = { x, 0 };

	BPF_SDT_PROBE2(rfc, x, (const struct item *)&item);
	SDT_PROBE_EAGER(shared, 7ULL);
	return item.value * 3;
}

__noinline int in_global(int x)
{
	SDT_PROBE_EAGER(shared, seed + x);
	SDT_PROBE(lazy, bpf_ktime_get_ns(), -3);
	return x + 1;
}

static long nothing(__u32 index, void *data)
{
	return 1;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	int x = ctx->rx_queue_index;

	SDT_PROBE_EAGER(kinds, ctx, (__u8)x, x, (enum verdict)REMOVE, nothing);
	return in_static(x) + in_global(x);
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	return in_global(ctx->ingress_ifindex);
}

SEC("tc")
int third(struct __sk_buff *skb)
{
	return in_static(skb->len);
}

SEC("?socket")
int none(struct __sk_buff *skb)
{
	return skb->len;
}

char _license[] SEC("license") = "Dual BSD/GPL";
