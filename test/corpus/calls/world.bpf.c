// SPDX-License-Identifier: Apache-2.0
/* What random sequences of public calls play with: programs of each kind of context that call a helper of the host's, pass probes, and use
 * maps of each kind; and observers of them. Each run is short. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf_sdt.h"

/* The helpers of the host, in the order in which it adds them. */
static long (*score)(__u64 key) = (void *)0x10000;
static long (*look)(const void *memory, __u64 size) = (void *)0x10001;
static long (*fill)(void *memory, __u64 size) = (void *)0x10002;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} flows_of_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} slots_of_cpu SEC(".maps");

struct prefix {
	__u32 length;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u64);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct guarded {
	struct bpf_spin_lock lock;
	__u32 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct guarded);
} guards SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} inner_first SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [1] = &inner_first },
};

int last(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} stages SEC(".maps") = {
	.values = { [0] = (void *)&last },
};

SDT_DECLARE(seen, int length, __u64 first);
SDT_DECLARE(scored, long result);
SDT_DECLARE(told, struct __sk_buff *skb, int number);

SEC("xdp")
int watched(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	int length = end - data;
	__u32 key = length & 3;
	__u64 value = 0;

	if (data + 8 <= end)
		value = *(__u64 *)data;
	SDT_PROBE(seen, length, value);
	long result = score(value);
	result += look(&value, sizeof(value));
	fill(&value, sizeof(value));
	bpf_ringbuf_output(&events, &value, sizeof(value), 0);
	bpf_map_update_elem(&flows, &key, &value, BPF_ANY);
	bpf_map_update_elem(&flows_of_cpu, &key, &value, BPF_ANY);
	SDT_PROBE(scored, result);
	bpf_printk("length %d", length);
	bpf_tail_call(ctx, &stages, key & 1);
	return XDP_PASS;
}

SEC("xdp")
int last(struct xdp_md *ctx)
{
	__u32 key = 1;
	__u64 *slot = bpf_map_lookup_elem(&slots, &key);

	if (slot)
		__sync_fetch_and_add(slot, score(*slot));
	if (bpf_xdp_adjust_head(ctx, -16))
		return XDP_ABORTED;
	return XDP_TX;
}

static long visit(void *map, __u32 *key, __u64 *value, void *context)
{
	*value += score(*key);
	return 0;
}

SEC("xdp")
int walker(struct xdp_md *ctx)
{
	__u32 key = 1;
	struct guarded *guard = bpf_map_lookup_elem(&guards, &key);
	void *inner = bpf_map_lookup_elem(&outer, &key);

	if (guard) {
		bpf_spin_lock(&guard->lock);
		guard->count++;
		bpf_spin_unlock(&guard->lock);
	}
	if (inner) {
		__u64 *value = bpf_map_lookup_elem(inner, &key);

		if (value)
			*value += score(*value);
	}
	return bpf_for_each_map_elem(&flows, visit, NULL, 0) + bpf_for_each_map_elem(&slots, visit, NULL, 0);
}

SEC("tc")
int classified(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct prefix route = { 32, 0x0a000001 };
	__u64 *count = bpf_map_lookup_elem(&slots_of_cpu, &key);

	if (count)
		*count += skb->len;
	count = bpf_map_lookup_elem(&routes, &route);
	if (count)
		*count += 1;
	SDT_PROBE(told, skb, (int)skb->len);
	skb->mark = score(skb->mark);
	return TC_ACT_OK;
}

struct small {
	__u64 word;
};

struct middle {
	__u64 words[8];
};

struct large {
	__u64 words[64];
};

SEC("plugin")
int of_small(struct small *context)
{
	context->word = score(context->word);
	return 1;
}

SEC("plugin")
int of_middle(struct middle *context)
{
	context->words[0] = score(context->words[7]);
	context->words[7]++;
	return 2;
}

SEC("plugin")
int of_large(struct large *context)
{
	context->words[1]++;
	context->words[63] = score(context->words[1]);
	return 3;
}

__u64 hits;

SEC("bpf_sdt")
int BPF_PROG(on_seen, int length, __u64 first)
{
	hits += length;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_scored, long result)
{
	hits += score(result);
	return 0;
}

SEC("fentry/watched")
int on_entry(void *ctx)
{
	hits++;
	return 0;
}

SEC("fexit/watched")
int on_exit(void *ctx)
{
	hits++;
	return 0;
}

char _license[] SEC("license") = "GPL";
