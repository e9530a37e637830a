/* SPDX-License-Identifier: (Apache-2.0 OR BSD-2-Clause) */
/*
 * Static probes for BPF programs: typed places in the source of a program, to
 * which a runtime attaches observers while the program runs. One instruction
 * each, nothing else, while nobody looks.
 *
 *	#include <bpf_sdt.h>
 *
 *	SDT_DECLARE(verdict, int len, int ret);		at file scope, once a probe
 *
 *	SDT_PROBE(verdict, len, ret);			lazy: one branch never taken;
 *							arguments computed only when observed
 *	SDT_PROBE_EAGER(verdict, len, ret);		arguments computed always,
 *							one "goto +0", no branch
 *
 * A probe has zero to five arguments: integers, enumerations or pointers of at
 * most eight bytes, whose types are those of the declaration (typedefs and
 * top-level qualifiers aside). One name may have many sites, in inlined and
 * unrolled code too; observing the probe observes all of them.
 *
 * The second family keeps the names and the object format of the kernel RFC
 * "bpf: Introduce static-defined tracing probe for BPF":
 *
 *	BPF_SDT_DECLARE(tick);
 *	BPF_SDT_DECLARE2(verdict, int, int);
 *	BPF_SDT_PROBE(tick);
 *	BPF_SDT_PROBE2(verdict, len, ret);		one site a name
 *
 * Either statement works with either declaration. Needs clang 14 or later with
 * -target bpf -O1 or more; -g, or there are no types. docs/sdt.md describes the
 * sections that these macros write. Define BPF_SDT_DISABLE to compile the
 * statements away (they are still checked against their declarations).
 */
#ifndef NOPTAP_BPF_SDT_H
#define NOPTAP_BPF_SDT_H

#if !defined(__clang__) || __clang_major__ < 14
#error "bpf_sdt.h: clang 14 or later is needed (btf_decl_tag, asm goto)"
#endif

/* ---- declarations ------------------------------------------------------ */

#define SDT_DECLARE(name, ...) \
	__SDT_CAT(__SDT_DECLARE_, __SDT_COUNT(__VA_ARGS__))(name, __SDT_LIST(__VA_ARGS__), ##__VA_ARGS__)

#define BPF_SDT_DECLARE(name) __SDT_DECLARE_0(name, "")
#define BPF_SDT_DECLARE0(name) BPF_SDT_DECLARE(name)
#define BPF_SDT_DECLARE1(name, a) \
	__SDT_DECLARE_1(name, "", a) __SDT_CHK(name, 1, a)
#define BPF_SDT_DECLARE2(name, a, b) \
	__SDT_DECLARE_2(name, "", a, b) __SDT_CHK(name, 1, a) __SDT_CHK(name, 2, b)
#define BPF_SDT_DECLARE3(name, a, b, c) \
	__SDT_DECLARE_3(name, "", a, b, c) __SDT_CHK(name, 1, a) __SDT_CHK(name, 2, b) \
	__SDT_CHK(name, 3, c)
#define BPF_SDT_DECLARE4(name, a, b, c, d) \
	__SDT_DECLARE_4(name, "", a, b, c, d) __SDT_CHK(name, 1, a) __SDT_CHK(name, 2, b) \
	__SDT_CHK(name, 3, c) __SDT_CHK(name, 4, d)
#define BPF_SDT_DECLARE5(name, a, b, c, d, e) \
	__SDT_DECLARE_5(name, "", a, b, c, d, e) __SDT_CHK(name, 1, a) __SDT_CHK(name, 2, b) \
	__SDT_CHK(name, 3, c) __SDT_CHK(name, 4, d) __SDT_CHK(name, 5, e)

/*
 * What a declaration leaves behind:
 * - __sdt_type_<name>: a variable whose BTF is the prototype and carries the tag;
 * - __sdt_nargs_<name>, __sdt_par<i>_<name>: types that only the compiler sees.
 * A parameter is kept as a function type, because that is where C adjusts arrays
 * to pointers and drops top-level qualifiers, and because "int" and "int len"
 * may both stand there.
 */
#define __SDT_TYPE(name, n, list, ...) \
	static void (*const __sdt_type_##name)(__VA_ARGS__) \
	__attribute__((section(".debug_bpf_sdt_types"), used, \
		       btf_decl_tag("bpf_sdt:" #name ":" #n list))); \
	typedef char __sdt_nargs_##name[n + 1];
#define __SDT_PAR(name, i, par) \
	typedef void __sdt_par##i##_##name(par);
#define __SDT_CHK(name, i, type) \
	type __sdt_chk_##name##_##i __attribute__((section(".debug_bpf_sdt_chk"), unused));

#define __SDT_DECLARE_0(name, list) __SDT_TYPE(name, 0, , void)
#define __SDT_DECLARE_1(name, list, a) \
	__SDT_TYPE(name, 1, list, a) __SDT_PAR(name, 1, a)
#define __SDT_DECLARE_2(name, list, a, b) \
	__SDT_TYPE(name, 2, list, a, b) __SDT_PAR(name, 1, a) __SDT_PAR(name, 2, b)
#define __SDT_DECLARE_3(name, list, a, b, c) \
	__SDT_TYPE(name, 3, list, a, b, c) __SDT_PAR(name, 1, a) __SDT_PAR(name, 2, b) \
	__SDT_PAR(name, 3, c)
#define __SDT_DECLARE_4(name, list, a, b, c, d) \
	__SDT_TYPE(name, 4, list, a, b, c, d) __SDT_PAR(name, 1, a) __SDT_PAR(name, 2, b) \
	__SDT_PAR(name, 3, c) __SDT_PAR(name, 4, d)
#define __SDT_DECLARE_5(name, list, a, b, c, d, e) \
	__SDT_TYPE(name, 5, list, a, b, c, d, e) __SDT_PAR(name, 1, a) __SDT_PAR(name, 2, b) \
	__SDT_PAR(name, 3, c) __SDT_PAR(name, 4, d) __SDT_PAR(name, 5, e)
#define __SDT_DECLARE_6(name, ...) \
	_Static_assert(0, "probe '" #name "': more than five parameters");

/* ---- statements -------------------------------------------------------- */

#define SDT_PROBE(name, ...) \
	__SDT_CAT(__SDT_STATEMENT_, __SDT_COUNT(__VA_ARGS__))(__SDT_LAZY, name, ##__VA_ARGS__)
#define SDT_PROBE_EAGER(name, ...) \
	__SDT_CAT(__SDT_STATEMENT_, __SDT_COUNT(__VA_ARGS__))(__SDT_EAGER, name, ##__VA_ARGS__)

#define BPF_SDT_PROBE(name) __SDT_STATEMENT_0(__SDT_SINGLE, name)
#define BPF_SDT_PROBE0(name) BPF_SDT_PROBE(name)
#define BPF_SDT_PROBE1(name, a) __SDT_STATEMENT_1(__SDT_SINGLE, name, a)
#define BPF_SDT_PROBE2(name, a, b) __SDT_STATEMENT_2(__SDT_SINGLE, name, a, b)
#define BPF_SDT_PROBE3(name, a, b, c) __SDT_STATEMENT_3(__SDT_SINGLE, name, a, b, c)
#define BPF_SDT_PROBE4(name, a, b, c, d) __SDT_STATEMENT_4(__SDT_SINGLE, name, a, b, c, d)
#define BPF_SDT_PROBE5(name, a, b, c, d, e) __SDT_STATEMENT_5(__SDT_SINGLE, name, a, b, c, d, e)

/* Checks, then the site in one of its three shapes (KIND). */
#define __SDT_STATEMENT_0(KIND, name) \
	do { __SDT_ARITY(name, 0); \
		KIND(name, "", ); } while (0)
#define __SDT_STATEMENT_1(KIND, name, a) \
	do { __SDT_ARITY(name, 1); __SDT_ARG(name, 1, a); \
		KIND(name, __SDT_MOVES_1, __SDT_OPS_1(KIND, a)); } while (0)
#define __SDT_STATEMENT_2(KIND, name, a, b) \
	do { __SDT_ARITY(name, 2); __SDT_ARG(name, 1, a); __SDT_ARG(name, 2, b); \
		KIND(name, __SDT_MOVES_2, __SDT_OPS_2(KIND, a, b)); } while (0)
#define __SDT_STATEMENT_3(KIND, name, a, b, c) \
	do { __SDT_ARITY(name, 3); __SDT_ARG(name, 1, a); __SDT_ARG(name, 2, b); \
		__SDT_ARG(name, 3, c); \
		KIND(name, __SDT_MOVES_3, __SDT_OPS_3(KIND, a, b, c)); } while (0)
#define __SDT_STATEMENT_4(KIND, name, a, b, c, d) \
	do { __SDT_ARITY(name, 4); __SDT_ARG(name, 1, a); __SDT_ARG(name, 2, b); \
		__SDT_ARG(name, 3, c); __SDT_ARG(name, 4, d); \
		KIND(name, __SDT_MOVES_4, __SDT_OPS_4(KIND, a, b, c, d)); } while (0)
#define __SDT_STATEMENT_5(KIND, name, a, b, c, d, e) \
	do { __SDT_ARITY(name, 5); __SDT_ARG(name, 1, a); __SDT_ARG(name, 2, b); \
		__SDT_ARG(name, 3, c); __SDT_ARG(name, 4, d); __SDT_ARG(name, 5, e); \
		KIND(name, __SDT_MOVES_5, __SDT_OPS_5(KIND, a, b, c, d, e)); } while (0)
#define __SDT_STATEMENT_6(KIND, name, ...) \
	_Static_assert(0, "probe '" #name "': more than five arguments")

#define __SDT_ARITY(name, n) \
	_Static_assert(sizeof(__sdt_nargs_##name) == n + 1, \
		       "probe '" #name "': " #n " arguments given, the declaration has another number")

/* ({ x; }) has the value's type: no qualifiers, arrays and functions as pointers. */
#define __SDT_ARG(name, i, x) \
	_Static_assert(sizeof(({ (x); })) <= 8, \
		       "probe '" #name "': argument " #i " (" #x ") is too large; pass a pointer to it"); \
	_Static_assert(__builtin_types_compatible_p(__sdt_par##i##_##name, \
						    void(__typeof__(({ (x); })))), \
		       "probe '" #name "': argument " #i " (" #x ") has another type than declared")

/* Operands go into the asm statement directly: no local variable, no name to clash with. */
#define __SDT_OPS_1(K, a) K##_OP(a)
#define __SDT_OPS_2(K, a, b) K##_OP(a), K##_OP(b)
#define __SDT_OPS_3(K, a, b, c) K##_OP(a), K##_OP(b), K##_OP(c)
#define __SDT_OPS_4(K, a, b, c, d) K##_OP(a), K##_OP(b), K##_OP(c), K##_OP(d)
#define __SDT_OPS_5(K, a, b, c, d, e) K##_OP(a), K##_OP(b), K##_OP(c), K##_OP(d), K##_OP(e)

#define __SDT_MOVES_1 "r1 = %0\n\t"
#define __SDT_MOVES_2 __SDT_MOVES_1 "r2 = %1\n\t"
#define __SDT_MOVES_3 __SDT_MOVES_2 "r3 = %2\n\t"
#define __SDT_MOVES_4 __SDT_MOVES_3 "r4 = %3\n\t"
#define __SDT_MOVES_5 __SDT_MOVES_4 "r5 = %4\n\t"

#ifdef BPF_SDT_DISABLE

#define __SDT_SITE(symbol, moves, ...) do { } while (0)
#define __SDT_LAZY(name, moves, ...) do { } while (0)
#define __SDT_SINGLE(name, moves, ...) do { } while (0)
#define __SDT_EAGER(name, moves, ...) do { } while (0)

#else

/* The site, and its note: address, then one move an argument that is never executed. */
#define __SDT_SITE(symbol, moves, ...) \
	__asm__ volatile("1:\n\t" \
			 "goto +0\n\t" \
			 ".pushsection .bpf_sdt_notes,\"\",@progbits\n" \
			 symbol ":\n\t" \
			 ".quad 1b\n\t" \
			 moves \
			 ".popsection" : : __VA_ARGS__)

#define __SDT_SINGLE(name, moves, ...) __SDT_SITE("___sdt_jt_" #name, moves, ##__VA_ARGS__)
#define __SDT_EAGER(name, moves, ...) __SDT_SITE("___sdt_jt_" #name ".%=", moves, ##__VA_ARGS__)

/*
 * Arming site, then evaluation and probe site behind a label of which the
 * compiler knows that it is seldom reached. r10 is the frame pointer and never
 * zero: a runtime without probes runs straight on, and a verifier without
 * probes sees that the code behind the label can be reached and checks it.
 */
#define __SDT_LAZY(name, moves, ...) \
	do { \
		__label__ __sdt_armed; \
		__asm__ goto("1:\n\t" \
			     "if r10 == 0 goto %l[__sdt_armed]\n\t" \
			     ".pushsection .bpf_sdt_enabled,\"\",@progbits\n" \
			     "___sdt_en_" #name ".%=:\n\t" \
			     ".quad 1b\n\t" \
			     ".quad %l[__sdt_armed]\n\t" \
			     ".popsection" : : : : __sdt_armed); \
		if (0) { \
		__sdt_armed: \
			__SDT_EAGER(name, moves, ##__VA_ARGS__); \
		} \
	} while (0)

#endif

/*
 * "n" writes a constant into the note and leaves no instruction in the program.
 * A note holds 32 bits: __sdt_wide() puts larger constants into a register.
 */
#define __SDT_SINGLE_OP(x) "r"(x)
#define __SDT_EAGER_OP(x) \
	"rn"(__builtin_choose_expr(sizeof(({ (x); })) == 8, __sdt_wide((unsigned long long)(x)), (x)))
#define __SDT_LAZY_OP(x) __SDT_EAGER_OP(x)

static inline __attribute__((always_inline, unused)) unsigned long long
__sdt_wide(unsigned long long value)
{
	if (__builtin_constant_p(value) && (long long)value != (int)value)
		__asm__("" : "+r"(value));
	return value;
}

/* ---- preprocessor ------------------------------------------------------ */

#define __SDT_CAT(a, b) __SDT_CAT_(a, b)
#define __SDT_CAT_(a, b) a##b
#define __SDT_LIST(...) ":" #__VA_ARGS__
/* 0 to 5; 6 for 6 to 12. */
#define __SDT_COUNT(...) __SDT_COUNT_(0, ##__VA_ARGS__, 6, 6, 6, 6, 6, 6, 6, 5, 4, 3, 2, 1, 0)
#define __SDT_COUNT_(z, a, b, c, d, e, f, g, h, i, j, k, l, n, ...) n

#endif /* NOPTAP_BPF_SDT_H */
