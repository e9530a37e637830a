// SPDX-License-Identifier: Apache-2.0
/* Arithmetic, byte order, jumps, loads, stores and atomics, as each -mcpu lets clang write them. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

__u64 a = 0x123456789abcdef0, b = 77;
__s64 sa = -1000, sb = 7;
__u32 c = 0x89abcdef, d = 13;
__s32 sc = -100, sd = 9;
__u16 e = 0x8765;
__s16 se = -2;
__u8 f = 0xfe;
__s8 sf = -3;

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

SEC("socket")
int arithmetic(struct __sk_buff *skb)
{
	__u64 x = a;
	__u32 y = c;

	x += b; x -= 5; x *= b; x /= b | 1; x %= 1000003; x ^= a; x |= 0x10; x &= ~b;
	x <<= b & 63; x >>= 3; x = -x;
	y += d; y -= 5; y *= d; y /= d | 1; y %= 10007; y ^= c; y |= 8; y &= ~d;
	y <<= d & 31; y >>= 3; y = -y;
	x += (__u64)(sa >> (sb & 63)) + (__u32)(sc >> (sd & 31));
	return x ^ y;
}

SEC("socket")
int signed_values(struct __sk_buff *skb)
{
	__s64 x = se + sf;

	x += sc;
#if __clang_major__ >= 18
	if (sb && sd && __BPF_CPU_VERSION__ >= 4) {
		x += sa / sb + sa % sb;
		x += sc / sd + sc % sd;
	}
#endif
	return x;
}

SEC("socket")
int byte_order(struct __sk_buff *skb)
{
	return bpf_htonl(c) + bpf_htons(e) + (int)__builtin_bswap64(a) + (int)bpf_cpu_to_be64(b);
}

SEC("socket")
int jumps(struct __sk_buff *skb)
{
	int r = 0;

	if (a > b) r |= 1;
	if (a >= b) r |= 2;
	if (sa < sb) r |= 4;
	if (sa <= sb) r |= 8;
	if (c > d) r |= 16;
	if (sc < sd) r |= 32;
	if (a & b) r |= 64;
	if (c == d) r |= 128;
	if (sc >= sd) r |= 256;
	if (c <= d) r |= 512;
	if (a != b) r |= 1024;
	return r;
}

SEC("socket")
int packet(struct __sk_buff *skb)
{
	return load_byte(skb, 0) + load_half(skb, 12) + load_word(skb, 26) + load_byte(skb, skb->len & 1);
}

SEC("socket")
int atomics(struct __sk_buff *skb)
{
	__u64 r = 0;

	__sync_fetch_and_add(&a, 3);
	__sync_fetch_and_add(&c, 4);
#ifdef FETCHING_ATOMICS
	r += __sync_fetch_and_add(&a, 5);
	r += __sync_fetch_and_or(&b, 6);
	r += __sync_fetch_and_and(&b, ~1ull);
	r += __sync_fetch_and_xor(&b, 7);
	r += __sync_lock_test_and_set(&a, 8);
	r += __sync_val_compare_and_swap(&a, 8, 9);
	r += __sync_fetch_and_add(&c, 5);
	r += __sync_fetch_and_or(&d, 6);
	r += __sync_fetch_and_and(&d, ~1u);
	r += __sync_fetch_and_xor(&d, 7);
	r += __sync_lock_test_and_set(&c, 8);
	r += __sync_val_compare_and_swap(&c, 8, 9);
#endif
	return r;
}

#ifdef NEWEST
SEC("socket")
__attribute__((naked)) int newest(void)
{
	asm volatile("r1 = 8\n"
		     "gotol +0\n"
		     "r5 = 9\n"
		     "r5 = bswap64 r5\n"
		     "w2 = (s8)w1\n"
		     "r3 = (s32)r1\n"
		     "1: may_goto +2\n"
		     "r1 += -1\n"
		     "if r1 != 0 goto 1b\n"
		     "*(u64 *)(r10 - 8) = 5\n"
		     "r4 = r10\n"
		     "r4 += -8\n"
		     ".8byte 0x00000100000040db\n" /* r0 = load_acquire((u64 *)(r4 + 0)) */
		     ".8byte 0x00000110000014db\n" /* store_release((u64 *)(r4 + 0), r1) */
		     "r0 = 0\n"
		     "exit");
}
#endif

char _license[] SEC("license") = "GPL";
