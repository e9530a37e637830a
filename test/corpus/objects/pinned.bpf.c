// SPDX-License-Identifier: Apache-2.0
/* A map that is pinned by name beside one that is not. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, long);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, long);
} own SEC(".maps");

static __always_inline long count(void *map)
{
	int key = 0;
	long *value = bpf_map_lookup_elem(map, &key);

	return value ? ++*value : -1;
}

SEC("xdp")
int count_shared(struct xdp_md *ctx)
{
	return count(&shared);
}

SEC("xdp")
int count_own(struct xdp_md *ctx)
{
	return count(&own);
}

char _license[] SEC("license") = "GPL";
