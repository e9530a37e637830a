// SPDX-License-Identifier: Apache-2.0
/* Calls of global functions, and global functions, that verification refuses. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define __global __attribute__((noinline))
#define __arg(tag) __attribute__((btf_decl_tag("arg:" tag)))
#define keep() asm volatile("" ::: "memory")

/* A constant that the compiler does not know: it would make a static copy of the function for it. */
#define opaque(type, constant) ({ type value_ = (type)(constant); asm volatile("" : "+r"(value_)); value_; })

#pragma clang diagnostic ignored "-Waddress-of-packed-member"
#pragma clang diagnostic ignored "-Wsync-alignment"

struct totals {
	__u64 bytes;
	__u32 packets;
	__u32 kind;
};

struct unknown;

struct __attribute__((packed)) narrow {
	__u32 word;
	__u8 byte;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct totals);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

const volatile struct totals fixed = { 1, 2, 3 };
int seen[8];

/* What the function does with its arguments: bounds and tests of its callers are not known to it. */
__global int index_unchecked(__u32 at)
{
	return ++seen[at];
}

SEC("xdp")
int bounded_by_the_caller(struct xdp_md *ctx)
{
	return index_unchecked(ctx->rx_queue_index & 7);
}

__global int read_untested(struct totals *totals)
{
	return totals->packets;
}

SEC("xdp")
int null_not_tested(struct xdp_md *ctx)
{
	struct totals totals = { .packets = ctx->rx_queue_index };

	return read_untested(&totals);
}

__global int read_behind(int *pair __arg("nonnull"))
{
	return pair[0] + pair[1];
}

SEC("xdp")
int memory_beyond_the_type(struct xdp_md *ctx)
{
	int pair[2] = { ctx->rx_queue_index, 2 };

	return read_behind(pair);
}

__global int update_narrow(struct narrow *narrow __arg("nonnull"))
{
	return __sync_fetch_and_add(&narrow->word, 1);
}

SEC("xdp")
int atomic_in_packed_memory(struct xdp_md *ctx)
{
	struct narrow narrow = { ctx->rx_queue_index, 1 };

	keep();
	return update_narrow(&narrow) + narrow.word;
}

__global int reserve_and_forget(struct xdp_md *ctx)
{
	return bpf_ringbuf_reserve(&events, 16, 0) != 0;
}

SEC("xdp")
int reservation_kept(struct xdp_md *ctx)
{
	return reserve_and_forget(ctx);
}

__global long return_context(struct xdp_md *ctx)
{
	keep();
	return (long)ctx;
}

SEC("xdp")
int address_returned(struct xdp_md *ctx)
{
	return return_context(ctx) != 0;
}

/* What the caller expects of the result. */
__global __u32 small(int x)
{
	keep();
	return x & 7;
}

SEC("xdp")
int result_is_any_number(struct xdp_md *ctx)
{
	return ++seen[small(ctx->rx_queue_index)];
}

__global int move_packet(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 4);
}

__global int call_move_packet(struct xdp_md *ctx)
{
	return ctx->rx_queue_index ? move_packet(ctx) : 0;
}

SEC("xdp")
int packet_moved(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;

	if (data + 1 > (unsigned char *)(long)ctx->data_end)
		return 0;
	call_move_packet(ctx);
	return *data;
}

/* What is passed. */
__global int take_number(long number)
{
	keep();
	return number != 0;
}

SEC("xdp")
int address_for_a_number(struct xdp_md *ctx)
{
	return take_number((long)ctx);
}

__global int take_two(int x, int y)
{
	keep();
	return x + y;
}

SEC("xdp")
int argument_not_written(struct xdp_md *ctx)
{
	register long result asm("r0");

	asm volatile("r1 = 1; call take_two" : "=r"(result) : : "r1", "r2", "r3", "r4", "r5");
	return result;
}

__global int take_context(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex;
}

SEC("xdp")
int modified_context(struct xdp_md *ctx)
{
	register long result asm("r0");

	asm volatile("r1 = %1; r1 += 4; call take_context" : "=r"(result) : "r"(ctx) : "r1", "r2", "r3", "r4", "r5");
	return result;
}

SEC("xdp")
int number_for_the_context(struct xdp_md *ctx)
{
	return take_context((void *)(long)ctx->rx_queue_index);
}

__global int take_totals(struct totals *totals __arg("nonnull"))
{
	return totals->packets++;
}

SEC("xdp")
int value_may_be_null(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;

	return take_totals(bpf_map_lookup_elem(&table, &key));
}

SEC("xdp")
int constant_memory(struct xdp_md *ctx)
{
	return take_totals(opaque(void *, &fixed));
}

SEC("xdp")
int memory_too_small(struct xdp_md *ctx)
{
	__u64 number = ctx->rx_queue_index;

	return take_totals((void *)&number);
}

SEC("xdp")
int packet_too_short(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	if (data + 15 > (void *)(long)ctx->data_end)
		return 0;
	return take_totals(data);
}

SEC("xdp")
int context_for_memory(struct xdp_md *ctx)
{
	return take_totals((void *)ctx);
}

SEC("xdp")
int map_for_memory(struct xdp_md *ctx)
{
	return take_totals((void *)&table);
}

SEC("xdp")
int number_for_memory(struct xdp_md *ctx)
{
	return take_totals((void *)(long)ctx->rx_queue_index);
}

static long visit(void *map, const void *key, void *value, void *data)
{
	return take_number(opaque(int, 0)) + take_totals((void *)key);
}

SEC("xdp")
int key_for_memory(struct xdp_md *ctx)
{
	bpf_for_each_map_elem(&table, visit, 0, 0);
	return 0;
}

/* Prototypes. */
__global void return_nothing(int x)
{
	seen[0] += x;
}

SEC("xdp")
int returns_void(struct xdp_md *ctx)
{
	return_nothing(ctx->rx_queue_index);
	return 0;
}

__global void *return_pointer(int x)
{
	keep();
	return 0;
}

SEC("xdp")
int returns_a_pointer(struct xdp_md *ctx)
{
	return return_pointer(opaque(int, 1)) != 0;
}

__global int take_void(void *anything)
{
	keep();
	return anything != 0;
}

SEC("xdp")
int void_pointer(struct xdp_md *ctx)
{
	return take_void(ctx);
}

__global int take_unknown(struct unknown *unknown)
{
	keep();
	return unknown != 0;
}

SEC("xdp")
int incomplete_type(struct xdp_md *ctx)
{
	return take_unknown(opaque(void *, 0));
}

__global int take_odd(int *x __arg("odd"))
{
	keep();
	return x != 0;
}

SEC("xdp")
int unknown_tag(struct xdp_md *ctx)
{
	return take_odd(opaque(void *, 0));
}

__global int take_tagged_number(int x __arg("nonnull"))
{
	keep();
	return x;
}

SEC("xdp")
int tag_on_a_number(struct xdp_md *ctx)
{
	return take_tagged_number(opaque(int, 1));
}

__global int take_tagged_context(struct xdp_md *ctx __arg("nonnull"))
{
	return ctx->ingress_ifindex;
}

SEC("xdp")
int two_tags(struct xdp_md *ctx)
{
	return take_tagged_context(ctx);
}

__global int take_wrong_context(struct totals *totals __arg("ctx"))
{
	return totals->kind;
}

SEC("xdp")
int context_of_another_type(struct xdp_md *ctx)
{
	return take_wrong_context((void *)ctx);
}

__global int take_nullable(struct totals *totals __arg("nullable"))
{
	return totals ? totals->kind : 0;
}

SEC("xdp")
int nullable_memory(struct xdp_md *ctx)
{
	return take_nullable(opaque(void *, 0));
}

/* Addresses of global functions. */
__global long visit_index(__u32 index, struct totals *data)
{
	return 0;
}

SEC("xdp")
int global_callback(struct xdp_md *ctx)
{
	bpf_loop(4, visit_index, 0, 0);
	return 0;
}

/* What the kernel takes all the same: see the tests. */
SEC("xdp")
int null_constant(struct xdp_md *ctx)
{
	return take_totals(opaque(void *, 0));
}

__global int move_and_read(struct xdp_md *ctx, struct ethhdr *eth __arg("nonnull"))
{
	bpf_xdp_adjust_head(ctx, 4);
	return eth->h_proto;
}

SEC("xdp")
int packet_moved_inside(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return 0;
	return move_and_read(ctx, eth);
}

__global int update(__u32 *word __arg("nonnull"))
{
	return __sync_fetch_and_add(word, 1);
}

SEC("xdp")
int atomic_in_the_packet(struct xdp_md *ctx)
{
	__u32 *word = (void *)(long)ctx->data;

	if ((void *)(word + 1) > (void *)(long)ctx->data_end)
		return 0;
	return update(word);
}

SEC("cgroup_skb/egress")
int constant_packet(struct __sk_buff *skb)
{
	struct totals *totals = (void *)(long)skb->data;

	if ((void *)(totals + 1) > (void *)(long)skb->data_end)
		return 0;
	return take_totals(totals) & 1;
}

char _license[] SEC("license") = "GPL";
