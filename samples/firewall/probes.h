/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall's probes, and the ways in which one source is built:
 *	(nothing)	as written: eager where the arguments are at hand, lazy elsewhere
 *	EAGER_PROBES	every probe eager
 *	LAZY_PROBES	every probe lazy
 *	STUB_PROBES	a call of an empty function instead of each probe
 *	NO_PROBES	none
 * The last four exist to be compared with the first.
 */
#ifndef FIREWALL_PROBES_H
#define FIREWALL_PROBES_H

#include "bpf_sdt.h"

#if defined(NO_PROBES)
#define PROBE(name, ...) do { } while (0)
#define PROBE_EAGER(name, ...) do { } while (0)
#elif defined(STUB_PROBES)
#define PROBE(name, ...) stub_##name(__VA_ARGS__)
#define PROBE_EAGER(name, ...) stub_##name(__VA_ARGS__)
static __noinline void stub_packet(void)
{
	asm volatile("");
}
static __noinline void stub_malformed(enum stage stage)
{
	asm volatile("" : : "r"(stage));
}
static __noinline void stub_verdict(int len, int ret)
{
	asm volatile("" : : "r"(len), "r"(ret));
}
static __noinline void stub_flow(__u8 protocol, __u16 source_port, __u16 port)
{
	asm volatile("" : : "r"(protocol), "r"(source_port), "r"(port));
}
static __noinline void stub_blocked(struct xdp_md *ctx, __u32 source, const struct block_rule *rule, __u64 hits)
{
	asm volatile("" : : "r"(ctx), "r"(source), "r"(rule), "r"(hits));
}
static __noinline void stub_rate(__u32 source, __u64 packets, __u32 in_window, __u32 limit, __u64 age)
{
	asm volatile("" : : "r"(source), "r"(packets), "r"(in_window), "r"(limit), "r"(age));
}
#else

#if defined(EAGER_PROBES)
#define PROBE SDT_PROBE_EAGER
#define PROBE_EAGER SDT_PROBE_EAGER
#elif defined(LAZY_PROBES)
#define PROBE SDT_PROBE
#define PROBE_EAGER SDT_PROBE
#else
#define PROBE SDT_PROBE
#define PROBE_EAGER SDT_PROBE_EAGER
#endif

SDT_DECLARE(packet);
SDT_DECLARE(malformed, enum stage stage);
SDT_DECLARE(verdict, int len, int ret);
SDT_DECLARE(flow, __u8 protocol, __u16 source_port, __u16 port);
SDT_DECLARE(blocked, struct xdp_md *ctx, __u32 source, const struct block_rule *rule, __u64 hits);
SDT_DECLARE(rate, __u32 source, __u64 packets, __u32 in_window, __u32 limit, __u64 age);

#endif

#endif
