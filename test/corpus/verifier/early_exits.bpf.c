// SPDX-License-Identifier: Apache-2.0
// Functions that end before their last line: each program believes in something that such a function did not do.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define static_function static __attribute__((noinline))

unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");

struct value {
	char bytes[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct value);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, int);
} programs SEC(".maps");

static_function int first_byte(struct __sk_buff *skb, __u64 *out)
{
	*out = load_byte(skb, 100000) & 7;
	return 0;
}

SEC("tc")
int slot_keeps_its_value(struct __sk_buff *skb)
{
	__u64 start = 0x123456780;
	int key = 0;

	asm volatile("" : "+r"(start));
	__u64 index = start;
	first_byte(skb, &index);
	struct value *value = bpf_map_lookup_elem(&values, &key);
	if (!value)
		return 0;
	value->bytes[index] = 1;
	return 2;
}

static_function int one_to_eight(struct __sk_buff *skb)
{
	return (load_byte(skb, 13) & 7) + 1;
}

SEC("tc")
int result_is_zero(struct __sk_buff *skb)
{
	int key = 0;
	int length = one_to_eight(skb);
	struct value *value = bpf_map_lookup_elem(&values, &key);

	if (!value)
		return 0;
	return bpf_skb_load_bytes(skb, 0, value->bytes, length);
}

static_function int submit_with_byte(struct __sk_buff *skb, char *event)
{
	event[0] = load_byte(skb, 13);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tc")
int reservation_is_kept(struct __sk_buff *skb)
{
	char *event = bpf_ringbuf_reserve(&events, 8, 0);

	if (!event)
		return 0;
	return submit_with_byte(skb, event);
}

static_function void no_result(struct __sk_buff *skb, __u64 *out)
{
	*out = load_byte(skb, 13);
}

SEC("tc")
int function_without_result(struct __sk_buff *skb)
{
	__u64 byte = 0;

	no_result(skb, &byte);
	return byte;
}

static_function int clear_or_jump(struct __sk_buff *skb, __u64 *out)
{
	bpf_tail_call(skb, &programs, 1);
	*out = 0;
	return 0;
}

SEC("tc")
int tail_call_leaves_the_slot(struct __sk_buff *skb)
{
	__u64 start = 0x123456780;
	int key = 0;

	asm volatile("" : "+r"(start));
	__u64 index = start;
	clear_or_jump(skb, &index);
	struct value *value = bpf_map_lookup_elem(&values, &key);
	if (!value)
		return 0;
	value->bytes[index] = 1;
	return 2;
}

struct round {
	struct __sk_buff *skb;
	__u64 index;
};

static_function int round_of_loop(__u32 number, struct round *round)
{
	round->index = load_byte(round->skb, 100000 + number) & 7;
	return 1;
}

SEC("tc")
int callback_leaves_the_slot(struct __sk_buff *skb)
{
	struct round round = { .skb = skb };
	__u64 start = 0x123456780;
	int key = 0;

	asm volatile("" : "+r"(start));
	round.index = start;
	if (bpf_loop(1, round_of_loop, &round, 0) != 1)
		return 0;
	struct value *value = bpf_map_lookup_elem(&values, &key);
	if (!value)
		return 0;
	value->bytes[round.index] = 1;
	return 2;
}

char _license[] SEC("license") = "GPL";
