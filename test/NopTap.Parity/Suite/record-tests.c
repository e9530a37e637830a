// SPDX-License-Identifier: Apache-2.0
// Writes down what the kernel's test_verifier asks of bpf(2), test by test, without asking. kernel-suite compiles this beside the package's own
// test_verifier.c: its structures, tables and fix-ups are used as they are, and the calls that would reach the kernel are these functions.
//
//   record-tests OUT         a line a record, numbers decimal, bytes in hex ("-" for none):
//   T type flags result runs name
//   B handle bytes                                                   a BTF section
//   M handle type key value entries flags inner btf keyType valueType
//   U map key value                                                  an entry of a map
//   P handle type attach flags btf attachBtf infoSize infos instructions
//   R retval data                                                    a run that the test wants
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>

#define bpf_map_create(...) record_map(__VA_ARGS__)
#define bpf_map_update_elem(...) record_update(__VA_ARGS__)
#define bpf_prog_load(...) record_program(__VA_ARGS__)
#define bpf_btf_load(...) record_btf(__VA_ARGS__)
#define bpf_prog_test_run_opts(...) (-1)
#define libbpf_probe_bpf_map_type(...) 1
#define libbpf_probe_bpf_prog_type(...) 1
#define testing_prog_flags(...) record_flags(__VA_ARGS__)
#define main main_of_the_package

static int record_map(enum bpf_map_type type, const char *name, unsigned key, unsigned value, unsigned entries, const void *options);
static int record_update(int map, const void *key, const void *value, unsigned long long flags);
static int record_program(int type, const char *name, const char *license, const struct bpf_insn *code, size_t count, const void *options);
static int record_btf(const void *bytes, size_t size, const void *options);
int record_flags(void);

#include "test_verifier.c"

#undef main

enum { FIRST = 1000000, LIMIT = 1 << 20 };

static FILE *out;
static int handles = FIRST;
static unsigned key_sizes[LIMIT], value_sizes[LIMIT];

static void hex(const void *bytes, size_t size)
{
	fputc(' ', out);
	if (size == 0)
		fputc('-', out);
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", ((const unsigned char *)bytes)[i]);
}

static int record_map(enum bpf_map_type type, const char *name, unsigned key, unsigned value, unsigned entries, const void *options)
{
	const struct bpf_map_create_opts none = {}, *given = options ? options : &none;

	fprintf(out, "M %d %d %u %u %u %u %u %u %u %u\n", handles, type, key, value, entries, given->map_flags, given->inner_map_fd, given->btf_fd,
		given->btf_key_type_id, given->btf_value_type_id);
	key_sizes[handles - FIRST] = key;
	value_sizes[handles - FIRST] = value;
	return handles++;
}

static int record_update(int map, const void *key, const void *value, unsigned long long flags)
{
	fprintf(out, "U %d", map);
	hex(key, key_sizes[map - FIRST]);
	hex(value, value_sizes[map - FIRST]);
	fputc('\n', out);
	return 0;
}

static int record_program(int type, const char *name, const char *license, const struct bpf_insn *code, size_t count, const void *options)
{
	const struct bpf_prog_load_opts none = {}, *given = options ? options : &none;

	fprintf(out, "P %d %d %d %u %u %u %u", handles, type, given->expected_attach_type, given->prog_flags, given->prog_btf_fd, given->attach_btf_id,
		given->func_info_rec_size);
	hex(given->func_info, (size_t)given->func_info_cnt * given->func_info_rec_size);
	hex(code, count * sizeof(*code));
	fputc('\n', out);
	if (!options)
		return handles++;
	/* The test itself: to the package it is refused, and the log has the word that it looks for. */
	if (given->log_buf)
		strcpy(given->log_buf, "processed 0\n");
	errno = EINVAL;
	return -1;
}

static int record_btf(const void *bytes, size_t size, const void *options)
{
	fprintf(out, "B %d", handles);
	hex(bytes, size);
	fputc('\n', out);
	return handles++;
}

int record_flags(void)
{
	return 0;
}

int main(int argc, char **argv)
{
	int passes = 0, errors = 0;

	if (argc != 2 || !(out = fopen(argv[1], "w")))
		return 2;
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		struct bpf_test *test = &tests[i];

		fprintf(out, "T %d %d %d %d %s\n", test->prog_type, test->flags, test->result, test->runs, test->descr);
		do_test_single(test, false, &passes, &errors);
		for (int run = 0; run < (test->runs > 0 ? test->runs : test->runs == 0); run++) {
			fprintf(out, "R %u", test->retvals[run].retval);
			hex(test->retvals[run].data, sizeof(test->retvals[run].data));
			fputc('\n', out);
		}
	}
	return fclose(out) == 0 ? 0 : 1;
}
