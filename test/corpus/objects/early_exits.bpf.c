// SPDX-License-Identifier: Apache-2.0
// Functions and callbacks that a packet load outside of the packet, or a tail call, may end before their last line.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define static_function static __attribute__((noinline))
#define global_function __attribute__((noinline))

unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");
unsigned long long load_word(void *skb, unsigned long long offset) asm("llvm.bpf.load.word");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, long);
} counts SEC(".maps");

int ended(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, int);
	__array(values, int(void *));
} programs SEC(".maps") = {
	.values = { [1] = (void *)&ended },
};

static_function int byte_at(struct __sk_buff *skb, __u32 at, __u64 *before)
{
	*before += 1;
	long byte = load_byte(skb, at);

	*before += 10;
	return byte + 1;
}

// 111 and the byte where it is there, 100 where it is not.
SEC("tc")
int in_function(struct __sk_buff *skb)
{
	__u64 before = 100;
	int byte = byte_at(skb, skb->len - 1, &before);

	return before + byte;
}

SEC("tc")
int outside_in_function(struct __sk_buff *skb)
{
	__u64 before = 100;
	int byte = byte_at(skb, skb->len, &before);

	return before + byte;
}

static_function int sum_of_words(struct __sk_buff *skb, __u32 from, __u64 *before)
{
	int first = byte_at(skb, from, before);
	long second = load_word(skb, from + 4);

	*before += 100;
	return first + second + 1;
}

SEC("tc")
int in_functions(struct __sk_buff *skb)
{
	__u64 before = 1000;
	int sum = sum_of_words(skb, skb->len - 5, &before);

	return before + (sum & 0xff);
}

SEC("tc")
int in_entry(struct __sk_buff *skb)
{
	long byte = load_byte(skb, skb->len);

	return byte + 7;
}

struct rounds {
	struct __sk_buff *skb;
	__u64 bytes;
	__u64 rounds;
};

static_function int round_of_loop(__u32 number, struct rounds *rounds)
{
	rounds->rounds++;
	long byte = load_byte(rounds->skb, rounds->skb->len - 3 + number);

	asm volatile("" : : "r"(byte));
	rounds->bytes++;
	return 0;
}

// Five rounds, three of them with a byte.
SEC("tc")
int in_callback(struct __sk_buff *skb)
{
	struct rounds rounds = { .skb = skb };
	long made = bpf_loop(5, round_of_loop, &rounds, 0);

	return made * 100 + rounds.rounds * 10 + rounds.bytes;
}

static_function int each_count(void *map, int *key, long *value, struct rounds *rounds)
{
	*value += 1;
	long byte = load_byte(rounds->skb, rounds->skb->len - 2 + *key);

	asm volatile("" : : "r"(byte));
	*value += 10;
	return 0;
}

SEC("tc")
int in_each(struct __sk_buff *skb)
{
	struct rounds rounds = { .skb = skb };
	int first = 0, last = 3;

	bpf_for_each_map_elem(&counts, each_count, &rounds, 0);
	long *a = bpf_map_lookup_elem(&counts, &first), *b = bpf_map_lookup_elem(&counts, &last);
	return a && b ? *a * 100 + *b : 0;
}

global_function int byte_or_zero(struct __sk_buff *skb, int at)
{
	long byte = load_byte(skb, at);

	return byte + 1;
}

SEC("tc")
int in_global_function(struct __sk_buff *skb)
{
	return 100 + byte_or_zero(skb, skb->len - 1) + byte_or_zero(skb, skb->len);
}

SEC("tc")
int ended(struct __sk_buff *skb)
{
	return load_byte(skb, skb->len) + 1000;
}

static_function int replaced(struct __sk_buff *skb, __u64 *before)
{
	*before += 1;
	bpf_tail_call(skb, &programs, 1);
	*before += 10;
	int result = 5; // what the next program returns instead, clang does not expect

	asm volatile("" : "+r"(result));
	return result;
}

// 101: the next program ends by its load, with 0.
SEC("tc")
int tail_call_in_function(struct __sk_buff *skb)
{
	__u64 before = 100;
	int result = replaced(skb, &before);

	return before + result;
}

static_function int falls_through(struct __sk_buff *skb, __u64 *before)
{
	*before += 1;
	bpf_tail_call(skb, &programs, 2);
	*before += 10;
	int result = 5; // what the next program returns instead, clang does not expect

	asm volatile("" : "+r"(result));
	return result;
}

SEC("tc")
int no_program_in_function(struct __sk_buff *skb)
{
	__u64 before = 100;
	int result = falls_through(skb, &before);

	return before + result;
}

char _license[] SEC("license") = "GPL";
