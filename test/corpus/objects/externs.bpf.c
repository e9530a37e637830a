// SPDX-License-Identifier: Apache-2.0
/* Externs that only a kernel can resolve: a reader names them and refuses the programs that use them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern const int bpf_prog_active __ksym;
extern void bpf_rcu_read_lock(void) __ksym;

SEC("socket")
int plain(struct __sk_buff *skb)
{
	return skb->len;
}

SEC("socket")
int version(struct __sk_buff *skb)
{
	return LINUX_KERNEL_VERSION >= 0x60000 && CONFIG_BPF_SYSCALL;
}

SEC("socket")
int variable(struct __sk_buff *skb)
{
	return (long)&bpf_prog_active & 0xff;
}

SEC("socket")
int function(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	return 0;
}

char _license[] SEC("license") = "GPL";
