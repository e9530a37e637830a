// SPDX-License-Identifier: Apache-2.0
/* Global functions: each is verified once, for any arguments that its prototype allows. All of these are accepted. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf_sdt.h>

#define __global __attribute__((noinline))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))

struct totals {
	__u64 bytes;
	__u32 packets;
	__u32 kind;
};

enum colour { RED, GREEN = 70000, BLUE };
enum wide { LOW = 1, HIGH = 0x1ffffffffULL };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct totals);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} nowhere SEC(".maps");

const volatile int never = 0;
int seen[8];

SDT_DECLARE(counted, struct totals *totals, int length, struct xdp_md *ctx);

/* Numbers of any width. */
__global int mix(int a, _Bool b, char c, enum colour d, enum wide e)
{
	return a + (b ? 3 : 5) * c + (d == GREEN) + (e == HIGH);
}

__global __u64 scaled(__u64 value, unsigned int by)
{
	return value * by + 1;
}

SEC("xdp")
int numbers(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;

	return mix(queue, ctx->ingress_ifindex == 1, queue & 0x7f, GREEN, HIGH) + scaled(queue, 3);
}

/* A result is any number: it is bounded before use. */
SEC("xdp")
int result_as_index(struct xdp_md *ctx)
{
	__u64 at = scaled(ctx->ingress_ifindex, 7);

	if (at >= 8)
		at = 7;
	seen[at]++;
	return XDP_PASS;
}

/* An index is bounded by the function itself. */
__global int bump(__u32 at)
{
	if (at >= 8)
		return -1;
	return ++seen[at];
}

SEC("xdp")
int index_as_argument(struct xdp_md *ctx)
{
	return bump(ctx->rx_queue_index) + bump(1000);
}

/* The context, by the name of its type and by its tag. */
__global int length_of(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

__global int queue_of(void *ctx __arg_ctx)
{
	struct xdp_md *xdp = ctx;

	return xdp->rx_queue_index;
}

SEC("xdp")
int contexts(struct xdp_md *ctx)
{
	return length_of(ctx) * 2 + queue_of(ctx);
}

/* Memory that may be null, and memory that never is. */
__global int add_up(struct totals *totals, int length)
{
	if (!totals)
		return -1;
	totals->bytes += length;
	totals->packets++;
	return totals->packets;
}

__global int clear(struct totals *totals __arg_nonnull)
{
	totals->bytes = totals->packets = 0;
	totals->kind = 9;
	return 0;
}

SEC("xdp")
int stack_memory(struct xdp_md *ctx)
{
	struct totals totals;

	clear(&totals);
	add_up(&totals, length_of(ctx));
	add_up(0, 1);
	return totals.bytes * 100 + totals.packets * 10 + totals.kind;
}

SEC("xdp")
int map_memory(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index & 7;

	return add_up(bpf_map_lookup_elem(&table, &key), length_of(ctx));
}

/* A part of a map's value whose place the program computes. */
__global int first_of(__u32 *pair __arg_nonnull)
{
	return pair[0]++;
}

SEC("xdp")
int part_of_value(struct xdp_md *ctx)
{
	__u32 key = 0, at = ctx->rx_queue_index & 3;
	struct totals *totals = bpf_map_lookup_elem(&table, &key);

	return totals ? first_of((__u32 *)totals + at) : -1;
}

__global int swap_addresses(struct ethhdr *eth __arg_nonnull)
{
	for (int i = 0; i < ETH_ALEN; i++) {
		unsigned char byte = eth->h_dest[i];

		eth->h_dest[i] = eth->h_source[i];
		eth->h_source[i] = byte;
	}
	return eth->h_proto;
}

SEC("xdp")
int packet_memory(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return swap_addresses(eth) + eth->h_proto;
}

/* A reservation stays the caller's. */
SEC("xdp")
int reserved_memory(struct xdp_md *ctx)
{
	struct totals *totals = bpf_ringbuf_reserve(&events, sizeof(*totals), 0);
	int result;

	if (!totals)
		return -1;
	clear(totals);
	result = add_up(totals, 5) + bump(2);
	bpf_ringbuf_submit(totals, 0);
	return result;
}

/* A function that calls others, with what it was handed. */
static __noinline int checked(struct totals *totals, struct xdp_md *ctx)
{
	return totals->packets < 100 ? add_up(totals, length_of(ctx)) : clear(totals);
}

__global int outer(struct xdp_md *ctx, struct totals *totals __arg_nonnull)
{
	return checked(totals, ctx) + add_up(totals, 1);
}

SEC("xdp")
int nested_calls(struct xdp_md *ctx)
{
	struct totals totals = { .packets = ctx->rx_queue_index };

	return outer(ctx, &totals) + checked(&totals, ctx);
}

/* Arrays, pointers to pointers and atomic operations. */
typedef int five[5];

__global int sum(five *numbers __arg_nonnull, int **other)
{
	int result = other && *other ? 1 : 0;

	for (int i = 0; i < 5; i++)
		result += (*numbers)[i];
	return result;
}

__global int count(__u64 *counter __arg_nonnull)
{
	return __sync_fetch_and_add(counter, 2);
}

SEC("xdp")
int arrays(struct xdp_md *ctx)
{
	int length = length_of(ctx);
	five numbers = { 1, 2, 3, 4, length };
	int *first = numbers;
	__u64 counter = length;

	return sum(&numbers, &first) + sum(&numbers, 0) + count(&counter) + counter;
}

/* The packet moves: its addresses are read again. */
__global int shrink(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 4);
}

__global int shrink_or_not(struct xdp_md *ctx, int yes)
{
	return yes ? shrink(ctx) : 0;
}

SEC("xdp")
int moved_packet(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;
	int first;

	if (data + 1 > (unsigned char *)(long)ctx->data_end)
		return XDP_DROP;
	first = *data;
	shrink_or_not(ctx, ctx->rx_queue_index == 0);
	data = (void *)(long)ctx->data;
	if (data + 1 > (unsigned char *)(long)ctx->data_end)
		return XDP_DROP;
	return first + *data;
}

/* A callback that is handed what the function was. */
static long add_index(__u32 index, void *data)
{
	struct totals **totals = data;

	(*totals)->bytes += index;
	return 0;
}

__global int looping(struct totals *totals __arg_nonnull, int rounds)
{
	struct totals *kept = totals;

	bpf_loop(rounds & 15, add_index, &kept, 0);
	return totals->bytes;
}

SEC("tc")
int callbacks(struct __sk_buff *skb)
{
	struct totals totals = {};

	return looping(&totals, skb->len);
}

/* A tail call leaves the function, and the caller goes on with what it holds. */
__global int leave(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &nowhere, 1);
	return 3;
}

SEC("tc")
int tail_call_inside(struct __sk_buff *skb)
{
	struct totals *totals = bpf_ringbuf_reserve(&events, sizeof(*totals), 0);
	int result;

	if (!totals)
		return TC_ACT_OK;
	clear(totals);
	result = leave(skb);
	bpf_ringbuf_discard(totals, 0);
	return result;
}

/* Hidden: followed from each call, as static functions are. */
__attribute__((visibility("hidden"))) __noinline int hidden(__u32 at)
{
	return ++seen[at];
}

SEC("xdp")
int hidden_function(struct xdp_md *ctx)
{
	return hidden(ctx->rx_queue_index & 7);
}

/* Never called: nobody looks at what it does. */
__global int wrong(int *pointer, __u32 at)
{
	seen[at] = *pointer;
	return 0;
}

SEC("xdp")
int never_called(struct xdp_md *ctx)
{
	return never ? wrong(0, ctx->rx_queue_index) : XDP_PASS;
}

/* Probes inside: their arguments are what the prototype declares. */
__global int observed(struct xdp_md *ctx, struct totals *totals __arg_nonnull, int length)
{
	SDT_PROBE(counted, totals, length, ctx);
	totals->bytes += length;
	return totals->bytes;
}

SEC("xdp")
int probed(struct xdp_md *ctx)
{
	struct totals totals = { .bytes = 1000, .packets = 77 };

	return observed(ctx, &totals, length_of(ctx));
}

char _license[] SEC("license") = "GPL";
