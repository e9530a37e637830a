// SPDX-License-Identifier: Apache-2.0
/* Observers of sdt_args: each stores what it was given. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u64 none_hits;
__u64 one_value;
int two_number, two_colour;
__s64 three_values[3];
__u64 four_values[4];
__u64 five_length;
char five_text[8];
__s64 five_values[3];

SEC("bpf_sdt")
int BPF_PROG(observe_none)
{
	__sync_fetch_and_add(&none_hits, 1);
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_one, __u64 value)
{
	one_value = value;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_two, int number, int colour)
{
	two_number = number;
	two_colour = colour;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_three, __s8 a, __s16 b, __s32 c)
{
	three_values[0] = a;
	three_values[1] = b;
	three_values[2] = c;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_four, __u8 a, __u16 b, __u32 c, __u64 d)
{
	four_values[0] = a;
	four_values[1] = b;
	four_values[2] = c;
	four_values[3] = d;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_five, struct __sk_buff *skb, const void *text, char letter, _Bool odd, __s64 negative)
{
	bpf_probe_read_kernel(five_text, sizeof(five_text), text);
	five_values[0] = letter;
	five_values[1] = odd;
	five_values[2] = negative;
	five_length++;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
