// SPDX-License-Identifier: Apache-2.0
/* Probes with one, ten and a hundred sites: attaching takes all sites of a probe at once. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "bpf_sdt.h"

SDT_DECLARE(one, int len, int ret);
SDT_DECLARE(ten, int len, int ret);
SDT_DECLARE(hundred, int len, int ret);
SDT_DECLARE(lazy, int len, int ret);

#define TEN(statement) \
	statement; statement; statement; statement; statement; \
	statement; statement; statement; statement; statement

SEC("xdp")
int sites(struct xdp_md *ctx)
{
	int len = ctx->data_end - ctx->data;

	SDT_PROBE_EAGER(one, len, 2);
	SDT_PROBE(lazy, len, 2);
	TEN(SDT_PROBE_EAGER(ten, len, 2));
	TEN(TEN(SDT_PROBE_EAGER(hundred, len, 2)));
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
