// SPDX-License-Identifier: Apache-2.0
// Counts bits. Each round leaves its count on one of two paths, and the index at the end makes every count matter.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define BITS 62

SEC("socket")
int bit_count(struct __sk_buff *skb)
{
	__u8 found[BITS + 1] = {};
	__u64 word = 0;
	__u64 count = 0;

	if (bpf_skb_load_bytes(skb, 0, &word, sizeof(word)))
		return 0;
#pragma clang loop unroll(full)
	for (int bit = 0; bit < BITS; bit++) {
		/* Without the barriers the compiler adds the bit and nothing forks. */
		if (word & 1) {
			count++;
			asm volatile("" : "+r"(count));
		}
		word >>= 1;
		asm volatile("" : "+r"(word));
	}
	return count <= BITS ? found[count] : 0;
}

char LICENSE[] SEC("license") = "GPL";
