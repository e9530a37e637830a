// SPDX-License-Identifier: Apache-2.0
/* A thousand look-ups a run in maps of each kind, and the same loop without any. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LOOPS 1000
#define ENTRIES 4096

#define MAP(name, kind) \
	struct { \
		__uint(type, kind); \
		__uint(max_entries, ENTRIES); \
		__type(key, __u32); \
		__type(value, __u64); \
	} name SEC(".maps")

MAP(array, BPF_MAP_TYPE_ARRAY);
MAP(hash, BPF_MAP_TYPE_HASH);
MAP(percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY);
MAP(percpu_hash, BPF_MAP_TYPE_PERCPU_HASH);

/* Visits every key once in ENTRIES steps, in no order that a cache would like. */
static __always_inline __u32 next(__u32 key)
{
	return (key * 5 + 1) % ENTRIES;
}

SEC("xdp")
int nothing(struct xdp_md *ctx)
{
	__u32 key = 0;
	int i;

	for (i = 0; i < LOOPS; i++) {
		key = next(key);
		barrier_var(key);
	}
	return key & 1;
}

#define LOOKUPS(program, map) \
	SEC("xdp") \
	int program(struct xdp_md *ctx) \
	{ \
		__u64 sum = 0; \
		__u32 key = 0; \
		int i; \
\
		for (i = 0; i < LOOPS; i++) { \
			__u64 *value; \
\
			key = next(key); \
			value = bpf_map_lookup_elem(&map, &key); \
			if (value) \
				sum += *value; \
		} \
		return sum & 1; \
	}

LOOKUPS(in_array, array)
LOOKUPS(in_hash, hash)
LOOKUPS(in_percpu_array, percpu_array)
LOOKUPS(in_percpu_hash, percpu_hash)

SEC("xdp")
int update_hash(struct xdp_md *ctx)
{
	__u32 key = 0;
	int i;

	for (i = 0; i < LOOPS; i++) {
		__u64 value = i;

		key = next(key);
		bpf_map_update_elem(&hash, &key, &value, BPF_ANY);
	}
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
