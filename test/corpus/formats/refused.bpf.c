// SPDX-License-Identifier: Apache-2.0
/* A program that asks for a type id of the running kernel. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
	int pid;
};

SEC("socket")
int kernel_type(struct __sk_buff *skb)
{
	return bpf_core_type_id_kernel(struct task_struct);
}

char _license[] SEC("license") = "GPL";
