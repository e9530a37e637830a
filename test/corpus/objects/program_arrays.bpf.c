// SPDX-License-Identifier: Apache-2.0
/* Program arrays between programs that must not meet: contexts of a host, probes of two prototypes, their observers. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

struct small { __u64 words[1]; };
struct large { __u64 words[64]; };

struct programs {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, int);
} of_hosts SEC(".maps"), of_observers SEC(".maps");

__u64 seen;

SDT_DECLARE(one, int a);
SDT_DECLARE(two, int a, int b);
SDT_DECLARE(frame, struct xdp_md *ctx);
SDT_DECLARE(host, struct small *ctx);

/* 100 when nothing is called. */
SEC("host") int from_small(struct small *c) { SDT_PROBE_EAGER(host, c); bpf_tail_call(c, &of_hosts, 0); return 100; }
SEC("host") int to_small(struct small *c) { return c->words[0] + 1; }
SEC("host") int to_large(struct large *c) { return c->words[63]; }

SEC("xdp") int target(struct xdp_md *c)
{
	SDT_PROBE_EAGER(one, 11);
	SDT_PROBE_EAGER(two, 21, 22);
	SDT_PROBE_EAGER(frame, c);
	return 2;
}

SEC("bpf_sdt") int from_one(__u64 *c) { bpf_tail_call(c, &of_observers, 0); seen += 1000; return 0; }
SEC("bpf_sdt") int to_one(__u64 *c) { seen += c[0]; return 0; }
SEC("bpf_sdt") int from_two(__u64 *c) { bpf_tail_call(c, &of_observers, 0); seen += 2000; return 0; }
SEC("bpf_sdt") int to_two(__u64 *c) { seen += c[0] + c[1]; return 0; }

/* Whose context is it? The kernel's frame has a length, a host's structure has none. */
SEC("bpf_sdt") int length_of_target(__u64 *c) { seen += bpf_xdp_get_buff_len((void *)c[0]); return 0; }
SEC("bpf_sdt") int length_of_arguments(__u64 *c) { seen += bpf_xdp_get_buff_len((void *)c); return 0; }

char _license[] SEC("license") = "GPL";
