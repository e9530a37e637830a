// SPDX-License-Identifier: Apache-2.0
/* Observers of global_functions: numbers, memory behind a pointer, and the context. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct totals {
	__u64 bytes;
	__u32 packets;
	__u32 kind;
};

__u64 bytes, entry_bytes, through_context;
__u32 packets;
int length, entry_length;

SEC("bpf_sdt")
int BPF_PROG(observe_counted, struct totals *totals, int size, struct xdp_md *xdp)
{
	struct totals copy = {};

	bpf_probe_read_kernel(&copy, sizeof(copy), totals);
	bytes = copy.bytes;
	packets = copy.packets;
	length = size;
	through_context = bpf_xdp_get_buff_len(xdp);
	return 0;
}

SEC("fentry/observed")
int BPF_PROG(observe_entry, struct xdp_md *xdp, struct totals *totals, int size)
{
	bpf_probe_read_kernel(&entry_bytes, sizeof(entry_bytes), &totals->bytes);
	entry_length = size;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
