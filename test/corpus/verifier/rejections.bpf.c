// SPDX-License-Identifier: Apache-2.0
/* One mistake a program, for what is said of each. See mistakes.bpf.c and global_functions.bpf.c for others. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf_sdt.h>

#define forget(variable) asm volatile("" : "+r"(variable))

struct event {
	__u64 time;
	__u32 queue;
	__u32 length;
};

struct shared {
	__u64 total;
	struct bpf_spin_lock lock;
	__u32 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shared);
} totals SEC(".maps");

const volatile __u32 limit = 64;
__u8 table[64];

SDT_DECLARE(packet, struct xdp_md *ctx, int length);

SEC("xdp")
int index_of_a_local_array(struct xdp_md *ctx)
{
	__u64 seen[4] = {};
	__u32 queue = ctx->rx_queue_index;

	forget(queue);
	seen[queue & 7] = 1;
	return seen[queue & 3] ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int index_may_be_negative(struct xdp_md *ctx)
{
	int offset = ctx->rx_queue_index - 10;

	forget(offset);
	if (offset > 60)
		return XDP_DROP;
	return table[offset];
}

SEC("xdp")
int index_is_not_tested(struct xdp_md *ctx)
{
	__u32 offset = ctx->rx_queue_index;

	if (offset > sizeof(table))
		return XDP_DROP;
	return table[offset];
}

SEC("xdp")
int field_is_read_only(struct xdp_md *ctx)
{
	ctx->ingress_ifindex = 1;
	return XDP_PASS;
}

SEC("xdp")
int number_as_an_address(struct xdp_md *ctx)
{
	__u64 address = ctx->rx_queue_index;

	forget(address);
	return *(__u32 *)address;
}

SEC("xdp")
int loop_without_a_small_bound(struct xdp_md *ctx)
{
	__u32 hash = ctx->rx_queue_index;

	for (__u32 i = 0; i < 10000000; i++) {
		hash ^= hash << 5;
		forget(hash);
		if (hash == 77)
			break;
	}
	return hash & 1;
}

SEC("xdp")
int loop_that_changes_nothing(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	__u32 zero = 0;

	while (queue == 7)
		forget(zero);
	return XDP_PASS;
}

SEC("xdp")
int header_behind_options(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u8 *payload;

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	payload = (void *)ip + ip->ihl * 4;
	return *payload == 0 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int constant_written(struct xdp_md *ctx)
{
	*(volatile __u32 *)&limit = 1;
	return XDP_PASS;
}

SEC("xdp")
int key_is_a_number(struct xdp_md *ctx)
{
	__u64 *count = bpf_map_lookup_elem(&counts, (void *)(long)ctx->rx_queue_index);

	return count ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int size_is_not_tested(struct xdp_md *ctx)
{
	char name[16] = {};
	__u32 length = ctx->rx_queue_index;

	bpf_probe_read_kernel(name, length, (void *)8);
	return name[0] ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int reservation_forgotten(struct xdp_md *ctx)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return XDP_PASS;
	event->queue = ctx->rx_queue_index;
	if (event->queue > 8)
		return XDP_DROP;
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}

static long returns_its_index(__u32 index, void *context)
{
	return index;
}

SEC("xdp")
int callback_returns_any_number(struct xdp_md *ctx)
{
	bpf_loop(10, returns_its_index, NULL, 0);
	return XDP_PASS;
}

SEC("xdp")
int map_of_another_type(struct xdp_md *ctx)
{
	void *event = bpf_ringbuf_reserve((void *)&counts, 16, 0);

	if (event)
		bpf_ringbuf_discard(event, 0);
	return XDP_PASS;
}

static __noinline int fills(struct xdp_md *ctx)
{
	char name[300];

	__builtin_memset(name, ctx->rx_queue_index, sizeof(name));
	return bpf_probe_read_kernel(name, sizeof(name), (void *)8);
}

SEC("xdp")
int stack_of_two_functions(struct xdp_md *ctx)
{
	char name[300];

	bpf_probe_read_kernel(name, sizeof(name), (void *)8);
	return fills(ctx) + name[ctx->rx_queue_index & 7];
}

SEC("xdp")
int packet_counted_atomically(struct xdp_md *ctx)
{
	__u32 *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;

	if ((void *)(data + 1) > end)
		return XDP_PASS;
	__sync_fetch_and_add(data, 1);
	return XDP_PASS;
}

SEC("xdp")
int lock_is_kept(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct shared *shared = bpf_map_lookup_elem(&totals, &zero);

	if (!shared)
		return XDP_PASS;
	bpf_spin_lock(&shared->lock);
	shared->total++;
	if (shared->total > 1000)
		return XDP_DROP;
	bpf_spin_unlock(&shared->lock);
	return XDP_PASS;
}

SEC("xdp")
int unlocked_without_a_lock(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct shared *shared = bpf_map_lookup_elem(&totals, &zero);

	if (!shared)
		return XDP_PASS;
	if (ctx->rx_queue_index != 3)
		bpf_spin_lock(&shared->lock);
	shared->total++;
	bpf_spin_unlock(&shared->lock);
	return XDP_PASS;
}

SEC("xdp")
int no_lock_at_this_address(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct shared *shared = bpf_map_lookup_elem(&totals, &zero);

	if (!shared)
		return XDP_PASS;
	bpf_spin_lock((void *)&shared->last);
	bpf_spin_unlock((void *)&shared->last);
	return XDP_PASS;
}

SEC("xdp")
int lock_copied(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct shared *shared = bpf_map_lookup_elem(&totals, &zero);

	if (!shared)
		return XDP_PASS;
	return *(volatile __u32 *)&shared->lock;
}

SEC("xdp")
int probe_under_a_lock(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct shared *shared = bpf_map_lookup_elem(&totals, &zero);

	if (!shared)
		return XDP_PASS;
	bpf_spin_lock(&shared->lock);
	SDT_PROBE(packet, ctx, 1);
	bpf_spin_unlock(&shared->lock);
	return XDP_PASS;
}

SEC("xdp")
int probe_argument_of_another_type(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	SDT_PROBE(packet, (struct xdp_md *)data, 1);
	return XDP_PASS;
}

SEC("socket")
int lock_in_a_socket_filter(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct shared *shared = bpf_map_lookup_elem(&totals, &zero);

	return shared ? shared->total : 0;
}

char _license[] SEC("license") = "GPL";
