// SPDX-License-Identifier: Apache-2.0
/* Scenario "read arguments": every number of arguments, every width, in the RFC's own macros. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

enum colour {
	RED,
	GREEN = -7,
	BLUE = 9,
};

BPF_SDT_DECLARE(none);
BPF_SDT_DECLARE1(one, __u64);
BPF_SDT_DECLARE2(two, int, enum colour);
BPF_SDT_DECLARE3(three, __s8, __s16, __s32);
BPF_SDT_DECLARE4(four, __u8, __u16, __u32, __u64);
BPF_SDT_DECLARE5(five, struct __sk_buff *, const void *, char, _Bool, __s64);
BPF_SDT_DECLARE1(never_placed, int);

__u64 seed = 0x1122334455667788;

SEC("tc")
int args(struct __sk_buff *skb)
{
	__u64 x = seed + skb->len;
	char local[8] = "local";

	BPF_SDT_PROBE(none);
	BPF_SDT_PROBE1(one, x);
	BPF_SDT_PROBE2(two, (int)x, (enum colour)GREEN);
	BPF_SDT_PROBE3(three, (__s8)x, (__s16)(x >> 8), (__s32)-5);
	BPF_SDT_PROBE4(four, (__u8)x, (__u16)x, (__u32)x, x);
	BPF_SDT_PROBE5(five, skb, (const void *)local, (char)'x', (_Bool)(x & 1), (__s64)-x);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
