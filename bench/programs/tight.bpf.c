// SPDX-License-Identifier: Apache-2.0
/*
 * Loops of LOOPS rounds in which one probe is the main thing, so that what a site costs is the difference between builds:
 *	(nothing)	eager probes
 *	LAZY_PROBES	lazy probes
 *	STUB_PROBES	a call of an empty function instead of the probe
 *	NO_PROBES	none
 * "cheap" hands over what is in registers anyway; "dear" reads the clock for its argument; "dense" is "cheap" with ten probes a round.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

#define LOOPS 1000

#if defined(NO_PROBES)
#define PROBE_verdict(len, ret) do { } while (0)
#define PROBE_clock(now) do { } while (0)
#elif defined(STUB_PROBES)
#define PROBE_verdict(len, ret) verdict(len, ret)
#define PROBE_clock(now) clock(now)
static __noinline int verdict(int len, int ret)
{
	asm volatile("" : : "r"(len), "r"(ret));
	return 0;
}
static __noinline int clock(__u64 now)
{
	asm volatile("" : : "r"(now));
	return 0;
}
#else
#if defined(LAZY_PROBES)
#define PROBE SDT_PROBE
#else
#define PROBE SDT_PROBE_EAGER
#endif
#define PROBE_verdict(len, ret) PROBE(verdict, len, ret)
#define PROBE_clock(now) PROBE(clock, now)
SDT_DECLARE(verdict, int len, int ret); /* the prototype of the firewall's: its observers fit */
SDT_DECLARE(clock, __u64 now);
#endif

/* A step that depends on the one before, so that the processor cannot hide the rest of the loop behind it entirely. */
static __always_inline int step(int value, int i)
{
	value = value * 31 + i;
	barrier_var(value);
	return value;
}

SEC("xdp")
int cheap(struct xdp_md *ctx)
{
	int value = 1;
	int i;

	for (i = 0; i < LOOPS; i++) {
		value = step(value, i);
		PROBE_verdict(i, value);
	}
	return value & 1;
}

SEC("xdp")
int dear(struct xdp_md *ctx)
{
	int value = 1;
	int i;

	for (i = 0; i < LOOPS; i++) {
		value = step(value, i);
		PROBE_clock(bpf_ktime_get_ns());
	}
	return value & 1;
}

SEC("xdp")
int dense(struct xdp_md *ctx)
{
	int value = 1;
	int i;

	for (i = 0; i < LOOPS; i++) {
		value = step(value, i);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
		PROBE_verdict(i, value);
	}
	return value & 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
