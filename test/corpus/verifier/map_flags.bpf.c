// SPDX-License-Identifier: Apache-2.0
/* BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG as compilers meet them; the name of a program ends with its verdict. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	long a, b;
};

#define MAP(name, flags) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(max_entries, 1); \
		__uint(map_flags, flags); \
		__type(key, int); \
		__type(value, struct pair); \
	} name SEC(".maps")

MAP(plain, 0);
MAP(only_read, BPF_F_RDONLY_PROG);
MAP(only_written, BPF_F_WRONLY_PROG);

/* Global: verified once, and so may read and write what it is given. */
__attribute__((noinline)) int sum(struct pair *pair)
{
	return pair ? pair->a + pair->b : 0;
}

static __attribute__((noinline)) long sum_of(struct pair *pair)
{
	return pair->a + pair->b;
}

static __attribute__((noinline)) void fill(struct pair *pair)
{
	pair->a = pair->b = 1;
}

static __always_inline struct pair *first(void *map)
{
	int key = 0;

	return bpf_map_lookup_elem(map, &key);
}

#define PROGRAM(name, body) \
	SEC("xdp") int name(struct xdp_md *ctx) { struct pair *pair; body return 2; }

PROGRAM(global_accepted, { pair = first(&plain); if (pair) return sum(pair) & 1; })
PROGRAM(global_read_only_refused, { pair = first(&only_read); if (pair) return sum(pair) & 1; })
PROGRAM(global_write_only_refused, { pair = first(&only_written); if (pair) return sum(pair) & 1; })
PROGRAM(static_read_accepted, { pair = first(&only_read); if (pair) return sum_of(pair) & 1; })
PROGRAM(static_read_refused, { pair = first(&only_written); if (pair) return sum_of(pair) & 1; })
PROGRAM(static_write_accepted, { pair = first(&only_written); if (pair) fill(pair); })
PROGRAM(static_write_refused, { pair = first(&only_read); if (pair) fill(pair); })
PROGRAM(atomic_accepted, { pair = first(&plain); if (pair) __sync_fetch_and_add(&pair->a, 1); })
PROGRAM(atomic_read_only_refused, { pair = first(&only_read); if (pair) __sync_fetch_and_add(&pair->a, 1); })
PROGRAM(atomic_write_only_refused, { pair = first(&only_written); if (pair) __sync_fetch_and_add(&pair->a, 1); })

char _license[] SEC("license") = "GPL";
