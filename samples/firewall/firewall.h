/* SPDX-License-Identifier: Apache-2.0 */
/* What the firewall shares with its observers and with the programs that fill its maps. */
#ifndef FIREWALL_H
#define FIREWALL_H

#include <linux/types.h>

/* Why a packet was let through or dropped: the key of the map "statistics". */
enum reason {
	REASON_ALLOWED,
	REASON_NOT_IP,
	REASON_MALFORMED,
	REASON_BLOCKED_NET,
	REASON_BLOCKED_SOURCE,
	REASON_BLOCKED_PORT,
	REASON_RATE,
	REASON_COUNT,
};

/* Which header was too short or wrong: the argument of the probe "malformed". */
enum stage {
	STAGE_ETHERNET = 1,
	STAGE_VLAN,
	STAGE_IPV4,
	STAGE_IPV6,
	STAGE_TCP,
	STAGE_UDP,
	STAGE_ICMP,
};

/* Value of "blocklist4" and "blocklist6". */
struct block_rule {
	__u64 hits;
	__u32 id;
	__u16 port; /* 0: every port */
	__u16 padding;
};

/* Value of "ports", whose key is the destination port. */
struct port_rule {
	__u64 packets;
	__u32 blocked;
	__u32 padding;
};

/* Value of "sources", whose key is a source address (IPv6: its 32-bit words, xor). */
struct source_state {
	__u64 window_start;
	__u64 packets;
	__u32 in_window;
	__u32 padding;
};

/* Value of "statistics": one for each processor. */
struct counters {
	__u64 packets;
	__u64 bytes;
};

/* What "events" carries when emit_events is set. */
struct drop_event {
	__u64 time;
	__u32 source;
	__u16 port;
	__u8 protocol;
	__u8 reason;
};

#endif
