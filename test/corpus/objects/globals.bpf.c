// SPDX-License-Identifier: Apache-2.0
/* Global data of every kind, strings, and several programs in one section and in sections of their own. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	int first;
	long second;
};

const volatile int limit = 7;
const volatile struct pair fixed = { 1, -2 };
const char greeting[] = "hello, probe";
static const int table[8] = { 1, 1, 2, 3, 5, 8, 13, 21 };

int counter = 42;
struct pair changing = { 3, 4 };
static volatile long hidden = 5;
int zeroed;
long zeroed_array[16];

int custom SEC(".data.custom") = 11;
const volatile int custom_fixed SEC(".rodata.custom") = 12;
char custom_zeroed[24] SEC(".data.text");

SEC("socket")
int sum(struct __sk_buff *skb)
{
	long total = limit + fixed.first + fixed.second + counter + changing.first + hidden + custom + custom_fixed;

	counter++;
	hidden += 2;
	custom += limit;
	zeroed_array[total & 15] = total;
	return total + zeroed;
}

SEC("socket")
int look_up(struct __sk_buff *skb)
{
	return table[skb->len & 7];
}

SEC("xdp")
int print(struct xdp_md *ctx)
{
	bpf_printk("%s %d", greeting, counter);
	return XDP_PASS;
}

SEC("xdp.frags")
int text(struct xdp_md *ctx)
{
	static const char wanted[] = "needle";

	custom_zeroed[0] = 'n';
	return bpf_strncmp(custom_zeroed, 7, wanted) == 0 ? XDP_DROP : XDP_PASS;
}

SEC("xdp.frags")
int format(struct xdp_md *ctx)
{
	char buffer[32];
	long n = BPF_SNPRINTF(buffer, sizeof(buffer), "%d:%x", counter, zeroed);

	return n > 4 ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
