// SPDX-License-Identifier: Apache-2.0
// Programs that call helpers of the host: 0x10000 takes a number, 0x10001 reads a buffer, 0x10002 fills one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long (*call)(__u64 number) = (void *)0x10000;
static long (*look)(const void *memory, __u64 size) = (void *)0x10001;
static long (*fill)(void *memory, __u64 size) = (void *)0x10002;

struct small { __u64 v; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64[64]);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

SEC("xdp") int call_on_packet(struct xdp_md *c)
{
	return call(c->data_end - c->data);
}

SEC("plugin") long call_on_structure(struct small *s)
{
	s->v++;
	long result = call(s->v);
	s->v++;
	return result;
}

SEC("xdp") int call_on_value(struct xdp_md *c)
{
	__u32 key = 1;
	__u64 *value = bpf_map_lookup_elem(&values, &key);
	if (!value)
		return -1;
	look(value, 512);
	fill(value, 512);
	return value[63];
}

SEC("xdp") int call_on_record(struct xdp_md *c)
{
	__u64 *room = bpf_ringbuf_reserve(&records, 512, 0);
	if (!room)
		return -1;
	fill(room, 512);
	bpf_ringbuf_submit(room, 0);
	return 0;
}

SEC("xdp") int call_twice(struct xdp_md *c)
{
	return call(1) + call(2);
}

char _license[] SEC("license") = "GPL";
