// SPDX-License-Identifier: Apache-2.0
/* Maps as they were declared before BTF: an array of structures in the section "maps". Built without -g too. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct legacy_map {
	unsigned int type;
	unsigned int key_size;
	unsigned int value_size;
	unsigned int max_entries;
	unsigned int map_flags;
};

struct legacy_map SEC("maps") counts = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = sizeof(__u32),
	.value_size = sizeof(__u64),
	.max_entries = 8,
};

struct legacy_map SEC("maps") seen = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = 6,
	.value_size = 1,
	.max_entries = 16,
	.map_flags = BPF_F_NO_PREALLOC,
};

SEC("classifier")
int count(struct __sk_buff *skb)
{
	__u32 key = skb->protocol & 7;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	__u8 address[6] = { 2 };
	__u8 one = 1;

	if (value)
		__sync_fetch_and_add(value, 1);
	bpf_map_update_elem(&seen, address, &one, BPF_ANY);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
