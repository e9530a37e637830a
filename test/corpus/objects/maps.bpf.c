// SPDX-License-Identifier: Apache-2.0
/* BTF maps: attributes of every kind, pinning, maps in maps, and arrays filled at load. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
	__u32 address;
	__u16 port;
	__u8 protocol;
	__u8 padding;
};

struct value {
	__u64 packets;
	__u64 bytes[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct key);
	__type(value, struct value);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, 24);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} pinned SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, long);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} inner_first SEC(".maps"), inner_second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, int);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [0] = &inner_first, [2] = &inner_second },
};

int target(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(int));
	__array(values, int(void *));
} programs SEC(".maps") = {
	.values = { [1] = (void *)&target },
};

SEC("xdp")
int target(struct xdp_md *ctx)
{
	return XDP_TX;
}

SEC("xdp")
int use(struct xdp_md *ctx)
{
	struct key key = { .address = 1, .port = 2, .protocol = 3 };
	struct value fresh = { .packets = 1 };
	struct value *value = bpf_map_lookup_elem(&flows, &key);
	int zero = 0;
	long *number = bpf_map_lookup_elem(&per_cpu, &zero);
	int *record;

	if (value)
		__sync_fetch_and_add(&value->packets, 1);
	else
		bpf_map_update_elem(&flows, &key, &fresh, BPF_ANY);
	if (number)
		*number += 1;
	if (bpf_map_lookup_elem(&pinned, &zero))
		bpf_map_delete_elem(&flows, &key);
	record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
	if (record) {
		*record = 5;
		bpf_ringbuf_submit(record, 0);
	}
	bpf_tail_call(ctx, &programs, 1);
	return XDP_PASS;
}

SEC("xdp")
int use_inner(struct xdp_md *ctx)
{
	int two = 2, zero = 0;
	void *inner = bpf_map_lookup_elem(&outer, &two);
	int *value = inner ? bpf_map_lookup_elem(inner, &zero) : NULL;

	return value ? *value : XDP_ABORTED;
}

char _license[] SEC("license") = "Dual BSD/GPL";
