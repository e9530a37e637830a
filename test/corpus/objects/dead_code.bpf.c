// SPDX-License-Identifier: Apache-2.0
/* What code that cannot run may name: helpers, functions, variables, maps and configuration that nobody here has. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile int enabled = 0;

struct value {
	struct bpf_timer timer;
	long count;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16);
	__type(key, int);
	__type(value, long);
} recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct value);
} timers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 4);
	__type(key, int);
	__type(value, int);
} unused SEC(".maps");

extern void no_such_function(int x) __ksym __weak;
extern int no_such_variable __ksym __weak;
extern int needed_function(int x) __ksym;
extern int needed_variable __ksym;
extern int CONFIG_NEEDED __kconfig;
extern unsigned long CONFIG_NO_SUCH __kconfig __weak;
extern _Bool CONFIG_NEVER __kconfig __weak;
extern int LINUX_KERNEL_VERSION __kconfig;

static long (*unknown_helper)(void) = (void *)9999;

SEC("xdp")
int weak_function(struct xdp_md *ctx)
{
	int r = 5;

	if (no_such_function)
		no_such_function(3);
	return r;
}

SEC("xdp")
int weak_variable(struct xdp_md *ctx)
{
	return &no_such_variable ? no_such_variable : 4;
}

SEC("xdp")
int weak_config(struct xdp_md *ctx)
{
	return 2 + CONFIG_NO_SUCH + CONFIG_NEVER;
}

SEC("xdp")
int version(struct xdp_md *ctx)
{
	return (LINUX_KERNEL_VERSION >= 0x060000) * 4;
}

SEC("xdp")
int dead_helper(struct xdp_md *ctx)
{
	return enabled ? unknown_helper() : 3;
}

SEC("xdp")
int dead_names(struct xdp_md *ctx)
{
	if (enabled)
		return needed_function(1) + needed_variable + CONFIG_NEEDED;
	return 3;
}

SEC("xdp")
int dead_map(struct xdp_md *ctx)
{
	int key = 0;
	long *found = enabled ? bpf_map_lookup_elem(&recent, &key) : 0;

	return found ? *found : 3;
}

SEC("xdp")
int dead_timer(struct xdp_md *ctx)
{
	int key = 0;
	struct value *found = enabled ? bpf_map_lookup_elem(&timers, &key) : 0;

	return found ? bpf_timer_init(&found->timer, &timers, 1) : 3;
}

static long with_unknown(__u32 round, void *data)
{
	return unknown_helper() & 1;
}

static __attribute__((noinline)) int calls_unknown(struct xdp_md *ctx)
{
	return unknown_helper() + needed_function(ctx->rx_queue_index);
}

SEC("xdp")
int dead_functions(struct xdp_md *ctx)
{
	if (enabled)
		return bpf_loop(4, with_unknown, 0, 0) + calls_unknown(ctx);
	return 3;
}

SEC("?kprobe/x")
int unwanted_type(void *ctx)
{
	return CONFIG_NEEDED;
}

SEC("?xdp")
int unwanted(struct xdp_md *ctx)
{
	return needed_function(1) + needed_variable + CONFIG_NEEDED;
}

char _license[] SEC("license") = "GPL";
