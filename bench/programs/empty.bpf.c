// SPDX-License-Identifier: Apache-2.0
/* Programs that return at once: what is left is the way in and out. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	__u64 left;
	__u64 right;
};

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("host")
int on_structure(struct pair *pair)
{
	return 2;
}

char _license[] SEC("license") = "Dual BSD/GPL";
