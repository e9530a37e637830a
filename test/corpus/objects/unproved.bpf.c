// SPDX-License-Identifier: Apache-2.0
// Programs of which nothing can be proved, beside others of the same object that run: what a section, a type or a parameter lacks.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf_sdt.h>

char _license[] SEC("license") = "GPL";

SDT_DECLARE(seen, int value);

/* No section of a program type, and a parameter that points to no structure of known size. */
SEC("test") int wild(void *ctx) { return *(volatile int *)0x1234; }
SEC("test") int deref(void **ctx) { return *(volatile int *)ctx[1]; }
SEC("test") int noarg(void) { return *(volatile int *)0x1234; }
SEC("test") int big(long *ctx) { return ctx[1000000]; }
SEC("test") int forever(void *ctx) { SDT_PROBE(seen, 1); for (;;) { volatile int x = 0; } return 0; }
struct only_declared;
SEC("test") int declared(struct only_declared *ctx) { return *(volatile int *)ctx; }
struct huge { char bytes[2 << 20]; };
SEC("test") int too_large(struct huge *ctx) { return ctx->bytes[5]; }

/* Types of the kernel's that have nothing to run on here. */
SEC("syscall") int system_call(void *ctx) { return *(volatile int *)0x1234; }
SEC("kprobe/do_open") int probe(void *ctx) { return *(volatile int *)0x1234; }
SEC("tp/sched/sched_switch") int point(void *ctx) { return *(volatile int *)0x1234; }
SEC("raw_tp/sched_switch") int raw(void *ctx) { return *(volatile int *)0x1234; }
SEC("lsm/file_open") int security(void *ctx) { return *(volatile int *)0x1234; }
SEC("tp_btf/sched_switch") int typed_point(void *ctx) { return *(volatile int *)0x1234; }
SEC("fmod_ret/do_open") int modifies(void *ctx) { return *(volatile int *)0x1234; }
SEC("iter/task") int walks(void *ctx) { return *(volatile int *)0x1234; }
SEC("freplace/do_open") int replaces(void *ctx) { return *(volatile int *)0x1234; }
SEC("struct_ops/init") int operation(void *ctx) { return *(volatile int *)0x1234; }
SEC("perf_event") int perf(void *ctx) { return *(volatile int *)0x1234; }

/* Several types take this parameter, and the section names none of them; in the last the section contradicts the parameter. */
SEC("prog") int some_packet(struct __sk_buff *skb) { return skb->len; }
SEC("tc_cls") int contradiction(struct xdp_md *ctx) { return ctx->ingress_ifindex; }

/* Section names of old loaders, which the parameter confirms. */
SEC("xdp_vlan01") int vlan(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	if (data + sizeof(struct ethhdr) > end)
		return XDP_DROP;
	return ((struct ethhdr *)data)->h_proto == bpf_htons(ETH_P_8021Q) ? XDP_PASS : XDP_DROP;
}
unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");
SEC("socket1") int length(struct __sk_buff *skb) { return load_byte(skb, 23); }
SEC("tc_drop") int classifies(struct __sk_buff *skb) { return skb->len > 10 ? 2 : 0; }
SEC("prog") int any_name(struct xdp_md *ctx) { return XDP_PASS; }

/* A host's own, the section of one beginning like that of a type. */
struct part { int a, b; };
struct request { unsigned long size; void *next; struct part part; union { int n; char c[4]; }; unsigned char rest[]; };
SEC("tcp_stats") int own(struct request *r) { r->part.b = 7; return r->size + r->part.a + r->n; }
typedef struct { int n; } unnamed;
SEC("test") int by_typedef(unnamed *u) { return u->n; }
struct nothing {};
SEC("test") int of_nothing(struct nothing *n) { return 5; }

SEC("xdp") int good(struct xdp_md *ctx) { return XDP_PASS; }

/* Nobody who runs calls through it. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, int (void *));
} stages SEC(".maps") = { .values = { [0] = (void *)&probe } };
SEC("kprobe/do_close") int caller(void *ctx) { bpf_tail_call(ctx, &stages, 0); return 0; }
