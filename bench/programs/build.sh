#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the committed .bpf.o of the benchmarks beside their sources, as samples/build.sh does for the samples.
#	CLANG=clang-19 CPU=v3 bench/programs/build.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
cpu=${CPU:-v3}
out=${1:-.}
multiarch=/usr/include/$(uname -m)-linux-gnu

build() # object source [flags]
{
	local object=$1 source=$2
	shift 2
	"$clang" -O2 -g -target bpf -mcpu="$cpu" -Wall -Werror -I../../include -idirafter "$multiarch" \
		-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. "$@" -c "$source" -o "$out/$object"
}

mkdir -p "$out"
build tight.eager.bpf.o tight.bpf.c
build tight.lazy.bpf.o tight.bpf.c -DLAZY_PROBES
build tight.stub.bpf.o tight.bpf.c -DSTUB_PROBES
build tight.noprobes.bpf.o tight.bpf.c -DNO_PROBES
build sites.bpf.o sites.bpf.c
build observers.bpf.o observers.bpf.c
build maps.bpf.o maps.bpf.c
build empty.bpf.o empty.bpf.c
build stops.bpf.o stops.bpf.c
