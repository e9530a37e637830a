#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the committed objects from the sources beside this script: clang-19 -mcpu=v3 beside the source, and in
# clang-VERSION-CPU/ what the other compilers and instruction sets make of it. Compilers that are not installed are left out.
#	test/corpus/objects/build.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-.}
multiarch=/usr/include/$(uname -m)-linux-gnu

compile() # clang cpu source object [flags]
{
	local clang=$1 cpu=$2 source=$3 object=$4
	shift 4
	mkdir -p "$(dirname "$out/$object")"
	"$clang" -O2 -g -target bpf -mcpu="$cpu" -Wall -Wno-unused-variable -I../../../include -idirafter "$multiarch" \
		-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. \
		"$@" -c "$source" -o "$out/$object"
}

for source in sdt_*.bpf.c global_functions*.bpf.c program_arrays.bpf.c locks.bpf.c maps_of_maps.bpf.c iterators.bpf.c dynptrs.bpf.c dead_code.bpf.c pinned.bpf.c early_exits.bpf.c unproved.bpf.c; do
	compile clang-19 v3 "$source" "${source%.c}.o"
done
compile clang-19 v3 untyped_probe.bpf.c untyped_probe.bpf.o -g0

for version in 14 15 16 19; do
	command -v "clang-$version" >/dev/null || continue
	for cpu in v1 v2 v3 v4; do
		[ "$cpu" = v4 ] && [ "$version" -lt 19 ] && continue
		directory=clang-$version-$cpu
		flags=()
		case $cpu in
		v3) flags=(-DFETCHING_ATOMICS) ;;
		v4) flags=(-DFETCHING_ATOMICS -DNEWEST) ;;
		esac
		for source in globals subprograms maps isa sdt_two_programs sdt_subprog_ctx; do
			compile "clang-$version" "$cpu" "$source.bpf.c" "$directory/$source.bpf.o" "${flags[@]}"
		done
	done
	compile "clang-$version" v2 externs.bpf.c "clang-$version-v2/externs.bpf.o"
	compile "clang-$version" v1 legacy.bpf.c "clang-$version-v1/legacy.bpf.o"
	compile "clang-$version" v1 legacy.bpf.c "clang-$version-v1/legacy-nodebug.bpf.o" -g0
done
