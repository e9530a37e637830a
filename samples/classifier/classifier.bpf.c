// SPDX-License-Identifier: Apache-2.0
/*
 * A tc classifier: turns the DSCP of a packet, or its destination port, into a
 * class; writes class, mark and priority to the packet's buffer; drops what
 * belongs to a class that is shut.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "bpf_sdt.h"

#define CLASSES 8
#define DSCP_VALUES 64

struct class_rule {
	__u64 packets;
	__u64 bytes;
	__u32 priority;
	__u32 shut;
};

const volatile __u32 mark_base = 0x100;
const volatile __u16 voice_port = 5060;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CLASSES);
	__type(key, __u32);
	__type(value, struct class_rule);
} classes SEC(".maps");

/* DSCP to class; an entry that user space never wrote is class 0, best effort. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DSCP_VALUES);
	__type(key, __u32);
	__type(value, __u32);
} class_of_dscp SEC(".maps");

SDT_DECLARE(classified, struct __sk_buff *skb, __u32 class_id, __u8 dscp, __u16 port);
SDT_DECLARE(shut, __u32 class_id, __u64 time);
SDT_DECLARE(unreadable, int offset, long error);

static __always_inline __u16 destination_port(struct __sk_buff *skb, __u32 offset, __u8 protocol)
{
	struct udphdr header; /* TCP has its ports in the same place */
	long error;

	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	error = bpf_skb_load_bytes(skb, offset, &header, sizeof(header));
	if (error) {
		SDT_PROBE(unreadable, (int)offset, error);
		return 0;
	}
	return bpf_ntohs(header.dest);
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct class_rule *rule;
	__u32 class_id = 0;
	__u32 key;
	__u32 *mapped;
	__u16 port;
	__u8 dscp;

	if (data + sizeof(*eth) > end)
		return TC_ACT_OK;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = data + sizeof(*eth);

		if (data + sizeof(*eth) + sizeof(*ip) > end)
			return TC_ACT_OK;
		dscp = ip->tos >> 2;
		port = destination_port(skb, sizeof(*eth) + ip->ihl * 4, ip->protocol);
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = data + sizeof(*eth);

		if (data + sizeof(*eth) + sizeof(*ip) > end)
			return TC_ACT_OK;
		dscp = (ip->priority << 2 | ip->flow_lbl[0] >> 6) & 0x3f;
		port = destination_port(skb, sizeof(*eth) + sizeof(*ip), ip->nexthdr);
	} else {
		return TC_ACT_OK;
	}

	key = dscp;
	mapped = bpf_map_lookup_elem(&class_of_dscp, &key);
	if (mapped)
		class_id = *mapped & (CLASSES - 1);
	if (port && port == voice_port)
		class_id = CLASSES - 1;

	SDT_PROBE_EAGER(classified, skb, class_id, dscp, port);
	rule = bpf_map_lookup_elem(&classes, &class_id);
	if (!rule)
		return TC_ACT_OK;
	__sync_fetch_and_add(&rule->packets, 1);
	__sync_fetch_and_add(&rule->bytes, skb->len);
	if (rule->shut) {
		SDT_PROBE(shut, class_id, bpf_ktime_get_ns());
		return TC_ACT_SHOT;
	}
	skb->mark = mark_base + class_id;
	skb->priority = rule->priority;
	skb->tc_classid = class_id;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
