// SPDX-License-Identifier: Apache-2.0
/* Observers of sdt_two_programs: each counts, and keeps the last arguments. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u64 first_hits, second_hits, shared_hits[3], inlined_hits[3];
int first_len, second_len;
__u32 shared_value;

SEC("bpf_sdt")
int BPF_PROG(observe_first, int len)
{
	first_hits++;
	first_len = len;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_second, int len)
{
	second_hits++;
	second_len = len;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_shared, __u32 caller, __u32 value)
{
	if (caller < 3)
		shared_hits[caller]++;
	shared_value = value;
	return 0;
}

SEC("bpf_sdt")
int BPF_PROG(observe_inlined, int caller)
{
	if (caller >= 0 && caller < 3)
		inlined_hits[caller]++;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
