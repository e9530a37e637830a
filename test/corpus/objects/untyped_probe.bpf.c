// SPDX-License-Identifier: Apache-2.0
// Built without -g: the probe's parameters have no types, so its arguments may be anything.

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf_sdt.h>

char _license[] SEC("license") = "GPL";

SDT_DECLARE(one, struct xdp_md *ctx);

SEC("xdp") int target(struct xdp_md *ctx) { SDT_PROBE(one, ctx); return XDP_PASS; }
