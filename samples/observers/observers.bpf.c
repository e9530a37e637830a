// SPDX-License-Identifier: Apache-2.0
/*
 * Observers of the firewall: one for each of its probes, and for the entry and
 * the exit of one of its functions. None changes what it looks at.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "../firewall/firewall.h"

enum slot {
	SLOT_PACKETS,
	SLOT_PASSED,
	SLOT_DROPPED,
	SLOT_OTHER,
	SLOT_BYTES,
	SLOT_RATE,
	SLOT_ENTERED,
	SLOT_LEFT,
	SLOT_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STAGE_ICMP + 1);
	__type(key, __u32);
	__type(value, __u64);
} malformed_by_stage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* protocol << 16 | port */
	__type(value, __u64);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64); /* cookie of the link */
	__type(value, __u64);
} by_cookie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} blocked_events SEC(".maps");

struct blocked_event {
	__u64 packet_length;
	__u64 hits;
	__u32 source;
	__u32 rule_id;
	__u16 rule_port;
	__u16 padding[3];
};

/* Longest time since the start of a window, in ns, and the source that it belongs to. */
__u64 oldest_window;
__u32 oldest_source;
__s64 last_result;

static __always_inline void add(__u32 slot, __u64 value)
{
	__u64 *total = bpf_map_lookup_elem(&totals, &slot);

	if (total)
		__sync_fetch_and_add(total, value);
}

SEC("bpf_sdt")
int BPF_PROG(on_packet)
{
	add(SLOT_PACKETS, 1);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_verdict, int len, int ret)
{
	add(SLOT_BYTES, len);
	if (ret == XDP_PASS)
		add(SLOT_PASSED, 1);
	else if (ret == XDP_DROP)
		add(SLOT_DROPPED, 1);
	else
		add(SLOT_OTHER, 1);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_verdict_cookie, int len, int ret)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	__u64 *seen = bpf_map_lookup_elem(&by_cookie, &cookie);
	__u64 first = 1;

	if (seen)
		__sync_fetch_and_add(seen, 1);
	else
		bpf_map_update_elem(&by_cookie, &cookie, &first, BPF_NOEXIST);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_malformed, enum stage stage)
{
	__u32 key = stage;
	__u64 *count = bpf_map_lookup_elem(&malformed_by_stage, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_flow, __u8 protocol, __u16 source_port, __u16 port)
{
	__u32 key = (__u32)protocol << 16 | port;
	__u64 *count = bpf_map_lookup_elem(&flows, &key);
	__u64 first = 1;

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&flows, &key, &first, BPF_NOEXIST);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_blocked, struct xdp_md *xdp, __u32 source, const struct block_rule *rule, __u64 hits)
{
	struct blocked_event *event;
	struct block_rule copy = {};

	bpf_probe_read_kernel(&copy, sizeof(copy), rule);
	event = bpf_ringbuf_reserve(&blocked_events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->packet_length = bpf_xdp_get_buff_len(xdp);
	event->hits = hits;
	event->source = source;
	event->rule_id = copy.id;
	event->rule_port = copy.port;
	event->padding[0] = event->padding[1] = event->padding[2] = 0;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(on_rate, __u32 source, __u64 packets, __u32 in_window, __u32 limit, __u64 age)
{
	add(SLOT_RATE, 1);
	if (age > oldest_window) {
		oldest_window = age;
		oldest_source = source;
	}
	return 0;
}

SEC("fentry/check_rate")
int BPF_PROG(enter_check_rate, __u32 source)
{
	add(SLOT_ENTERED, 1);
	return 0;
}

SEC("fexit/check_rate")
int BPF_PROG(leave_check_rate, __u32 source, int ret)
{
	add(SLOT_LEFT, 1);
	last_result = ret;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
