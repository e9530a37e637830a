// SPDX-License-Identifier: Apache-2.0
// Programs for those who use the library wrongly: see test/NopTap.Tests/Abuse.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf_sdt.h>

struct small { __u64 v; };
struct big { __u64 v[64]; };
struct page { __u64 v[512]; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct big);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct big);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} percpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(max_entries, 4);
		__type(key, __u32);
		__type(value, struct big);
	});
} outer SEC(".maps");

SDT_DECLARE(seen, int len);

SEC("plugin") int fill(struct big *b)
{
	for (int i = 0; i < 64; i++)
		b->v[i] = 0x4141414141414141ULL;
	return 0;
}

SEC("plugin") long peek(struct big *b)
{
	return b->v[60];
}

SEC("plugin") int mark_last(struct page *p)
{
	p->v[511] = 1;
	return 0;
}

SEC("plugin") long add_one(struct small *s)
{
	return ++s->v;
}

SEC("xdp") int target(struct xdp_md *c)
{
	int len = c->data_end - c->data;
	SDT_PROBE(seen, len);
	return XDP_PASS;
}

// Fills the packet and what it can get before it.
SEC("xdp") int grow(struct xdp_md *c)
{
	bpf_xdp_adjust_head(c, -64);
	__u8 *data = (void *)(long)c->data, *end = (void *)(long)c->data_end;
	for (int i = 0; i < 128 && data + i + 1 <= end; i++)
		data[i] = 0xee;
	return XDP_DROP;
}

SEC("tc") int mark(struct __sk_buff *s)
{
	s->mark += 1;
	return 0;
}

SEC("xdp") int record(struct xdp_md *c)
{
	__u64 *room = bpf_ringbuf_reserve(&ring, 504, 0);
	if (!room)
		return XDP_ABORTED;
	for (int i = 0; i < 63; i++)
		room[i] = 0xabababababababab;
	bpf_ringbuf_submit(room, 0);
	return XDP_PASS;
}

SEC("xdp") int count(struct xdp_md *c)
{
	__u32 key = 1;
	static const struct big zero;
	bpf_map_update_elem(&hash, &key, &zero, BPF_NOEXIST);
	struct big *b = bpf_map_lookup_elem(&hash, &key);
	if (b)
		b->v[0]++;
	void *inner = bpf_map_lookup_elem(&outer, &key);
	struct big *deep = inner ? bpf_map_lookup_elem(inner, &key) : 0;
	if (deep)
		deep->v[63]++;
	return XDP_PASS;
}

SEC("xdp") int call_tail(struct xdp_md *c)
{
	bpf_tail_call(c, &programs, 0);
	return XDP_TX;
}

SEC("xdp") int print(struct xdp_md *c)
{
	bpf_printk("printed %d", 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
