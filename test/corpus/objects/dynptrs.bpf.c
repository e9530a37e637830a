// SPDX-License-Identifier: Apache-2.0
/*
 * Dynptrs: headers by slice, bytes by copy, a map's value and a record of the
 * ring buffer by pointers whose bounds are known at run time only.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern int bpf_dynptr_from_skb(struct __sk_buff *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset, void *buffer, __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *ptr, __u32 offset, void *buffer, __u32 size) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *ptr, __u32 start, __u32 end) __ksym;
extern _Bool bpf_dynptr_is_null(const struct bpf_dynptr *ptr) __ksym;
extern _Bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *ptr) __ksym;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *ptr) __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *ptr, struct bpf_dynptr *clone) __ksym;

#define RECORD 64

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[RECORD]);
} copies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} records SEC(".maps");

__u32 protocol;
__s64 results[8];

static __attribute__((always_inline)) int headers(struct bpf_dynptr *packet)
{
	struct ethhdr eth_buffer, *eth;
	struct iphdr ip_buffer, *ip;

	eth = bpf_dynptr_slice(packet, 0, &eth_buffer, sizeof(eth_buffer));
	if (!eth || eth->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	ip = bpf_dynptr_slice(packet, sizeof(*eth), &ip_buffer, sizeof(ip_buffer));
	if (!ip)
		return 0;
	protocol = ip->protocol;
	return 1;
}

SEC("xdp")
int rewrite(struct xdp_md *ctx)
{
	struct bpf_dynptr packet;
	__u8 buffer[6], *mac;

	if (bpf_dynptr_from_xdp(ctx, 0, &packet) || !headers(&packet))
		return XDP_DROP;
	mac = bpf_dynptr_slice_rdwr(&packet, 6, buffer, sizeof(buffer));
	if (!mac)
		return XDP_DROP;
	mac[0] ^= 0xff;
	if (mac == buffer)
		bpf_dynptr_write(&packet, 6, buffer, sizeof(buffer), 0);
	return XDP_PASS;
}

SEC("xdp")
int record(struct xdp_md *ctx)
{
	struct bpf_dynptr packet, sample;
	__u32 length, key = 0;
	__u8 *value = bpf_map_lookup_elem(&copies, &key);
	struct bpf_dynptr copy;
	__u8 *start;

	if (!value || bpf_dynptr_from_xdp(ctx, 0, &packet))
		return XDP_ABORTED;
	results[0] = bpf_dynptr_read(value, RECORD, &packet, 0, 0);
	results[1] = bpf_dynptr_from_mem(value, RECORD, 0, &copy);
	results[2] = bpf_dynptr_write(&copy, RECORD - 3, &key, sizeof(key), 0);
	results[3] = bpf_dynptr_read(&key, sizeof(key), &copy, 12, 0);
	length = bpf_dynptr_size(&packet);
	results[4] = bpf_ringbuf_reserve_dynptr(&records, length, 0, &sample);
	if (!results[4]) {
		start = bpf_dynptr_data(&sample, 0, 1);
		if (start)
			*start = 42;
		results[5] = bpf_dynptr_write(&sample, 1, &key, sizeof(key), 0);
	}
	bpf_ringbuf_discard_dynptr(&sample, 0);
	return results[0] ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int narrow(struct __sk_buff *skb)
{
	struct bpf_dynptr packet, rest;
	__u8 byte = 0;
	int result = 0;

	if (bpf_dynptr_from_skb(skb, 0, &packet) || bpf_dynptr_is_null(&packet))
		return TC_ACT_SHOT;
	if (bpf_dynptr_clone(&packet, &rest))
		return TC_ACT_SHOT;
	results[0] = bpf_dynptr_adjust(&rest, ETH_HLEN, ETH_HLEN + 20);
	results[1] = bpf_dynptr_size(&rest);
	results[2] = bpf_dynptr_read(&byte, 1, &rest, 9, 0);
	results[3] = bpf_dynptr_read(&byte, 1, &rest, 20, 0);
	results[4] = bpf_dynptr_adjust(&rest, 30, 20);
	results[5] = bpf_dynptr_adjust(&rest, 0, 21);
	results[6] = bpf_dynptr_is_rdonly(&packet);
	if (!bpf_dynptr_read(&byte, 1, &rest, 9, 0))
		result = byte;
	return headers(&packet) && result == protocol ? TC_ACT_OK : TC_ACT_SHOT;
}

SEC("socket")
int readonly(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u8 byte = 1;

	bpf_dynptr_from_skb(skb, 0, &packet);
	results[0] = bpf_dynptr_is_rdonly(&packet);
	results[1] = bpf_dynptr_write(&packet, 0, &byte, 1, 0);
	return results[0] == 1 && results[1] == -22;
}

char LICENSE[] SEC("license") = "GPL";
