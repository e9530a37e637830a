#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the objects beside this script: NAME.bpf.o by clang-19 -mcpu=v3, NAME.clangVERSION.CPU.bpf.o by others, and
# NAME.nodebug.bpf.o without -g. Compilers that are not installed are left out.
#	test/corpus/formats/build.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-.}
mkdir -p "$out"
multiarch=/usr/include/$(uname -m)-linux-gnu

compile() # clang cpu source object [flags]
{
	local clang=$1 cpu=$2 source=$3 object=$4
	shift 4
	command -v "$clang" >/dev/null || return 0
	"$clang" -O2 -g -target bpf -mcpu="$cpu" -Wall -Wno-unused-function -I../../../include -idirafter "$multiarch" \
		-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. \
		"$@" -c "$source" -o "$out/$object"
}

compile clang-19 v3 probes.bpf.c probes.bpf.o
compile clang-19 v3 probes.bpf.c probes.nodebug.bpf.o -g0
compile clang-14 v1 probes.bpf.c probes.clang14.v1.bpf.o
compile clang-15 v2 probes.bpf.c probes.clang15.v2.bpf.o
compile clang-16 v3 probes.bpf.c probes.clang16.v3.bpf.o
compile clang-19 v4 probes.bpf.c probes.clang19.v4.bpf.o
compile clang-19 v3 types.bpf.c types.bpf.o
compile clang-16 v3 types.bpf.c types.clang16.v3.bpf.o
compile clang-19 v3 refused.bpf.c refused.bpf.o
