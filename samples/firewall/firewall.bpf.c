// SPDX-License-Identifier: Apache-2.0
/*
 * An XDP firewall: parses Ethernet, VLAN, IPv4, IPv6, TCP, UDP and ICMP; drops
 * what is malformed, comes from a blocked network or source, goes to a blocked
 * port or exceeds a source's rate; counts the rest. Its probes are in probes.h.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "firewall.h"
#include "probes.h"

#define MAX_VLAN_TAGS 2
#define MAX_IPV6_EXTENSIONS 4
#define KNOWN_PORTS 1024

/* Configuration that is fixed at load (.rodata). */
struct network {
	__be32 address;
	__be32 mask;
};
const volatile struct network blocked_networks[2] = {
	{ bpf_htonl(0xc6336400), bpf_htonl(0xffffff00) }, /* 198.51.100.0/24 */
	{ bpf_htonl(0xf0000000), bpf_htonl(0xf0000000) }, /* 240.0.0.0/4 */
};
const volatile __u64 rate_window_ns = 1000000000;
const volatile bool emit_events = false;

/* Configuration that may change while the program runs (.data). */
__u32 rate_limit = 0; /* packets a source and window; 0: count only */
__u16 blocked_port = 23;

/* Seen since the load (.bss). */
__u64 packets_seen;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct block_rule);
} blocklist4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct in6_addr);
	__type(value, struct block_rule);
} blocklist6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KNOWN_PORTS);
	__type(key, __u32);
	__type(value, struct port_rule);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct source_state);
} sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASON_COUNT);
	__type(key, __u32);
	__type(value, struct counters);
} statistics SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* What the parser found out about one packet. */
struct packet {
	void *position;
	void *end;
	struct in6_addr source6;
	__u32 source; /* IPv4 address, or the words of the IPv6 address, xor */
	__u16 source_port;
	__u16 port;
	__u8 protocol;
	bool is_ipv6;
	bool is_fragment; /* not the first: there are no ports */
};

struct vlan_tag {
	__be16 control;
	__be16 type;
};

/* The part that ICMP and ICMPv6 share. */
struct icmp_header {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 rest;
};

/* The next size bytes of the packet, or NULL when they are not there. */
static __always_inline void *take(struct packet *p, __u32 size)
{
	void *start = p->position;

	if (start + size > p->end)
		return NULL;
	p->position = start + size;
	return start;
}

static __always_inline enum reason parse_ethernet(struct packet *p, __be16 *type)
{
	struct ethhdr *eth = take(p, sizeof(*eth));
	int i;

	if (!eth) {
		PROBE_EAGER(malformed, (enum stage)STAGE_ETHERNET);
		return REASON_MALFORMED;
	}
	*type = eth->h_proto;
	for (i = 0; i < MAX_VLAN_TAGS; i++) {
		struct vlan_tag *tag;

		if (*type != bpf_htons(ETH_P_8021Q) && *type != bpf_htons(ETH_P_8021AD))
			break;
		tag = take(p, sizeof(*tag));
		if (!tag) {
			PROBE_EAGER(malformed, (enum stage)STAGE_VLAN);
			return REASON_MALFORMED;
		}
		*type = tag->type;
	}
	return REASON_ALLOWED;
}

static __always_inline enum reason parse_ipv4(struct packet *p)
{
	struct iphdr *ip = take(p, sizeof(*ip));
	__u32 options;

	if (!ip || ip->version != 4 || ip->ihl < 5) {
		PROBE_EAGER(malformed, (enum stage)STAGE_IPV4);
		return REASON_MALFORMED;
	}
	options = ip->ihl * 4 - sizeof(*ip);
	barrier_var(options);
	options &= 0x3c; /* for the verifier, which lost the bounds in the bit-field */
	if (options && !take(p, options)) {
		PROBE_EAGER(malformed, (enum stage)STAGE_IPV4);
		return REASON_MALFORMED;
	}
	p->source = ip->saddr;
	p->protocol = ip->protocol;
	p->is_fragment = (ip->frag_off & bpf_htons(0x1fff)) != 0;
	return REASON_ALLOWED;
}

static __always_inline enum reason parse_ipv6(struct packet *p)
{
	struct ipv6hdr *ip = take(p, sizeof(*ip));
	const __u32 *words;
	int i;

	if (!ip || ip->version != 6) {
		PROBE_EAGER(malformed, (enum stage)STAGE_IPV6);
		return REASON_MALFORMED;
	}
	p->is_ipv6 = true;
	p->source6 = ip->saddr;
	words = p->source6.in6_u.u6_addr32;
	p->source = words[0] ^ words[1] ^ words[2] ^ words[3];
	p->protocol = ip->nexthdr;
	for (i = 0; i < MAX_IPV6_EXTENSIONS; i++) {
		struct ipv6_opt_hdr *extension;
		__u32 rest;

		if (p->protocol != IPPROTO_HOPOPTS && p->protocol != IPPROTO_ROUTING &&
		    p->protocol != IPPROTO_DSTOPTS)
			break;
		extension = take(p, 8);
		if (!extension) {
			PROBE_EAGER(malformed, (enum stage)STAGE_IPV6);
			return REASON_MALFORMED;
		}
		p->protocol = extension->nexthdr;
		rest = extension->hdrlen * 8;
		if (rest && !take(p, rest)) {
			PROBE_EAGER(malformed, (enum stage)STAGE_IPV6);
			return REASON_MALFORMED;
		}
	}
	return REASON_ALLOWED;
}

static __always_inline enum reason parse_transport(struct packet *p)
{
	if (p->is_fragment)
		return REASON_ALLOWED;
	if (p->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = take(p, sizeof(*tcp));

		if (!tcp || tcp->doff < 5) {
			PROBE_EAGER(malformed, (enum stage)STAGE_TCP);
			return REASON_MALFORMED;
		}
		p->source_port = bpf_ntohs(tcp->source);
		p->port = bpf_ntohs(tcp->dest);
	} else if (p->protocol == IPPROTO_UDP) {
		struct udphdr *udp = take(p, sizeof(*udp));

		if (!udp || bpf_ntohs(udp->len) < sizeof(*udp)) {
			PROBE_EAGER(malformed, (enum stage)STAGE_UDP);
			return REASON_MALFORMED;
		}
		p->source_port = bpf_ntohs(udp->source);
		p->port = bpf_ntohs(udp->dest);
	} else if (p->protocol == IPPROTO_ICMP || p->protocol == IPPROTO_ICMPV6) {
		struct icmp_header *icmp = take(p, sizeof(*icmp));

		if (!icmp) {
			PROBE_EAGER(malformed, (enum stage)STAGE_ICMP);
			return REASON_MALFORMED;
		}
	}
	PROBE_EAGER(flow, p->protocol, p->source_port, p->port);
	return REASON_ALLOWED;
}

/* A rule of the block lists matches; the probe hands the context on to its observers. */
static __noinline int check_blocklist(struct xdp_md *ctx, struct packet *p)
{
	struct block_rule *rule;

	if (p->is_ipv6)
		rule = bpf_map_lookup_elem(&blocklist6, &p->source6);
	else
		rule = bpf_map_lookup_elem(&blocklist4, &p->source);
	if (!rule || (rule->port && rule->port != p->port))
		return REASON_ALLOWED;
	__sync_fetch_and_add(&rule->hits, 1);
	PROBE_EAGER(blocked, ctx, p->source, (const struct block_rule *)rule, rule->hits);
	return REASON_BLOCKED_SOURCE;
}

/* Counts a source's packets; its probe reads the clock a second time, but only while observed. */
static __noinline int check_rate(__u32 source)
{
	struct source_state *state = bpf_map_lookup_elem(&sources, &source);
	__u32 limit = rate_limit;
	__u64 now = bpf_ktime_get_ns();

	if (!state) {
		struct source_state first = { .window_start = now, .packets = 1, .in_window = 1 };

		bpf_map_update_elem(&sources, &source, &first, BPF_NOEXIST);
		return REASON_ALLOWED;
	}
	if (now - state->window_start >= rate_window_ns) {
		state->window_start = now;
		state->in_window = 0;
	}
	__sync_fetch_and_add(&state->packets, 1);
	state->in_window++;
	PROBE(rate, source, state->packets, state->in_window, limit, bpf_ktime_get_ns() - state->window_start);
	return limit && state->in_window > limit ? REASON_RATE : REASON_ALLOWED;
}

static __always_inline enum reason check_ports(__u16 port)
{
	__u32 key = port;
	struct port_rule *rule;

	if (port && port == blocked_port)
		return REASON_BLOCKED_PORT;
	rule = bpf_map_lookup_elem(&ports, &key);
	if (!rule)
		return REASON_ALLOWED;
	__sync_fetch_and_add(&rule->packets, 1);
	return rule->blocked ? REASON_BLOCKED_PORT : REASON_ALLOWED;
}

static __always_inline enum reason check_networks(__be32 source)
{
	int i;

	for (i = 0; i < 2; i++)
		if (blocked_networks[i].mask &&
		    (source & blocked_networks[i].mask) == blocked_networks[i].address)
			return REASON_BLOCKED_NET;
	return REASON_ALLOWED;
}

static __always_inline enum reason decide(struct xdp_md *ctx, struct packet *p)
{
	enum reason reason;
	__be16 type = 0;

	reason = parse_ethernet(p, &type);
	if (reason != REASON_ALLOWED)
		return reason;
	if (type == bpf_htons(ETH_P_IP))
		reason = parse_ipv4(p);
	else if (type == bpf_htons(ETH_P_IPV6))
		reason = parse_ipv6(p);
	else
		return REASON_NOT_IP;
	if (reason != REASON_ALLOWED)
		return reason;
	reason = parse_transport(p);
	if (reason != REASON_ALLOWED)
		return reason;
	if (!p->is_ipv6) {
		reason = check_networks(p->source);
		if (reason != REASON_ALLOWED)
			return reason;
	}
	reason = check_blocklist(ctx, p);
	if (reason != REASON_ALLOWED)
		return reason;
	reason = check_ports(p->port);
	if (reason != REASON_ALLOWED)
		return reason;
	return check_rate(p->source);
}

static __always_inline void count(enum reason reason, __u32 len)
{
	__u32 key = reason;
	struct counters *counters = bpf_map_lookup_elem(&statistics, &key);

	if (counters) {
		counters->packets++;
		counters->bytes += len;
	}
}

static __always_inline void report(const struct packet *p, enum reason reason)
{
	struct drop_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	event->time = bpf_ktime_get_ns();
	event->source = p->source;
	event->port = p->port;
	event->protocol = p->protocol;
	event->reason = reason;
	bpf_ringbuf_submit(event, 0);
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	struct packet p = {
		.position = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	int len = ctx->data_end - ctx->data;
	enum reason reason;
	int ret;

	PROBE_EAGER(packet);
	__sync_fetch_and_add(&packets_seen, 1);
	reason = decide(ctx, &p);
	count(reason, len);
	if (reason == REASON_ALLOWED || reason == REASON_NOT_IP) {
		ret = XDP_PASS;
	} else {
		ret = XDP_DROP;
		if (emit_events)
			report(&p, reason);
	}
	PROBE_EAGER(verdict, len, ret);
	return ret;
}

char _license[] SEC("license") = "Dual BSD/GPL";
