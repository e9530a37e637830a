// SPDX-License-Identifier: Apache-2.0
/*
 * Loops over numbers by iterator: one sums the bytes of the packet, one counts
 * bits in a loop in a loop, one breaks out early, one never starts.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_iter_num;

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));

#define each_number(i, start, end)                                                                                     \
	for (struct bpf_iter_num it __attribute__((cleanup(bpf_iter_num_destroy))),                                        \
	     *once = (bpf_iter_num_new(&it, (start), (end)), &it);                                                         \
	     once; once = 0)                                                                                               \
		for (int *at; (at = bpf_iter_num_next(&it)) && ((i) = *at, 1);)

#define BYTES 256

__u8 seen[BYTES];
__u32 last;
__u32 first_zero;
__u32 refused;
volatile __u32 times;

SEC("xdp")
int sum(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *end = (void *)(long)ctx->data_end;
	__u32 total = 0, i;

	each_number(i, 0, BYTES) {
		if (i >= BYTES || data + i + 1 > end)
			break;
		total += data[i];
		seen[i]++;
	}

	return total & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int bits(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *end = (void *)(long)ctx->data_end;
	__u32 count = 0;
	int i, bit;

	each_number(i, -4, 20) {
		__u8 *at = data + (i & 31);

		if (i < 0 || at + 1 > end)
			continue;
		each_number(bit, 0, 8)
			count += *at >> bit & 1;
	}

	last = count;
	return count > 70 ? XDP_PASS : XDP_DROP;
}

static __attribute__((noinline)) int find(struct bpf_iter_num *it, __u8 *data, __u8 *end)
{
	int *at;

	while ((at = bpf_iter_num_next(it))) {
		int i = *at;

		if (i < 0 || i > 1000 || data + i + 1 > end)
			break;
		if (!data[i])
			return i;
	}
	return -1;
}

SEC("xdp")
int zero(struct xdp_md *ctx)
{
	struct bpf_iter_num it;
	int at;

	bpf_iter_num_new(&it, 0, 1000);
	at = find(&it, (void *)(long)ctx->data, (void *)(long)ctx->data_end);
	bpf_iter_num_destroy(&it);
	first_zero = at;
	return at < 0 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int errors(struct xdp_md *ctx)
{
	struct bpf_iter_num it;
	int i;

	refused = 0;
	times = 0;
	if (bpf_iter_num_new(&it, 5, 4) == -22)
		refused |= 1;
	if (bpf_iter_num_next(&it))
		refused |= 16;
	bpf_iter_num_destroy(&it);
	if (bpf_iter_num_new(&it, -1, 1 << 23) == -7)
		refused |= 2;
	bpf_iter_num_destroy(&it);
	if (!bpf_iter_num_new(&it, 7, 7) && !bpf_iter_num_next(&it) && !bpf_iter_num_next(&it))
		refused |= 4;
	bpf_iter_num_destroy(&it);
	each_number(i, -2147483647 - 1, -2147483646)
		times++;
	return refused == 7 && times == 1 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
