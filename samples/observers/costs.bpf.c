// SPDX-License-Identifier: Apache-2.0
/* Observers of the firewall's "verdict", from the cheapest to the dearest: what a benchmark attaches. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} verdict_events SEC(".maps");

struct verdict_event {
	int len;
	int ret;
};

int last_len;
int last_ret;

SEC("bpf_sdt")
int BPF_PROG(verdict_nothing, int len, int ret)
{
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(verdict_two_ints, int len, int ret)
{
	last_len = len;
	last_ret = ret;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(verdict_count, int len, int ret)
{
	__u32 key = ret;
	__u64 *count = bpf_map_lookup_elem(&verdicts, &key);

	if (count)
		++*count;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(verdict_ring, int len, int ret)
{
	struct verdict_event *event = bpf_ringbuf_reserve(&verdict_events, sizeof(*event), 0);

	if (!event)
		return 0;
	event->len = len;
	event->ret = ret;
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
