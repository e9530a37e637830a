// SPDX-License-Identifier: Apache-2.0
/* Observers of entry and exit of the function "verdict" in the build of tight.bpf.c that calls it. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

int last_len;
int last_ret;

SEC("fentry/verdict")
int BPF_PROG(entry_nothing, int len, int ret)
{
	return 0;
}

SEC("fentry/verdict")
int BPF_PROG(entry_two_ints, int len, int ret)
{
	last_len = len;
	last_ret = ret;
	return 0;
}

SEC("fexit/verdict")
int BPF_PROG(exit_nothing, int len, int ret, int result)
{
	return 0;
}

SEC("fexit/verdict")
int BPF_PROG(exit_two_ints, int len, int ret, int result)
{
	last_len = len;
	last_ret = ret + result;
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
