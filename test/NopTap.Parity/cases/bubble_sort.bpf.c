// SPDX-License-Identifier: Apache-2.0
// Sorts words of the packet. What is known of each word differs from path to path, so that few of the many states cover another.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define COUNT 32

SEC("socket")
int bubble_sort(struct __sk_buff *skb)
{
	__u32 values[COUNT];

	if (bpf_skb_load_bytes(skb, 0, values, sizeof(values)))
		return 0;
	for (int i = 0; i < COUNT - 1; i++) {
#pragma clang loop unroll(full)
		for (int j = 0; j < COUNT - 1; j++) {
			if (values[j] > values[j + 1]) {
				__u32 larger = values[j];

				values[j] = values[j + 1];
				values[j + 1] = larger;
			}
		}
	}
	return values[0] != 0;
}

char LICENSE[] SEC("license") = "GPL";
