// SPDX-License-Identifier: Apache-2.0
/* Type information of every kind that clang writes for BPF, relocations against types, and weak kernel symbols. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#ifndef __ulong
#define __ulong(name, val) enum { __unique_value = val } name
#endif
#define __tag(x) __attribute__((btf_decl_tag(x)))
#define __type_tag(x) __attribute__((btf_type_tag(x)))

enum wide { SMALL = 1, HUGE = 0x100000000ULL };
enum negative { MINUS = -1, PLUS = 1 };
union number {
	int i;
	float f;
	double d;
};
struct opaque;
typedef int (*compare_fn)(const void *, const void *, ...);
struct every {
	const volatile int *const restrict pointer;
	enum wide wide;
	enum negative negative;
	union number number;
	unsigned low : 3, high : 29;
	struct opaque *opaque;
	compare_fn compare;
	struct { char text[4][8]; } anonymous;
	int __type_tag("user") *tagged;
	_Bool flag;
	struct every *next;
} __attribute__((preserve_access_index)) __tag("first") __tag("second");

struct every every __tag("variable");
volatile int total;

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 10);
	__type(value, struct every);
	__ulong(map_extra, 3);
	__uint(numa_node, 0);
} bloom SEC(".maps");

extern void bpf_absent(int x) __ksym __weak;
extern const int absent_variable __ksym __weak;

__noinline int sum(struct every *item __tag("arg:nonnull"), int n)
{
	return BPF_CORE_READ(item, next, negative) + item->high + n;
}

SEC("socket")
int core(struct __sk_buff *skb)
{
	int size = bpf_core_type_exists(struct every) ? bpf_core_type_size(struct every) : 0;

	if (bpf_core_field_exists(every.number))
		total += sum(&every, size);
	return total;
}

SEC("socket")
int weak(struct __sk_buff *skb)
{
	if (&absent_variable)
		return 1;
	if (bpf_absent)
		bpf_absent(2);
	return 0;
}

char _license[] SEC("license") = "GPL";
