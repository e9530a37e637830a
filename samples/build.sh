#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the committed .bpf.o beside their sources. The result depends on the compiler and the kernel headers alone:
# no path of the machine gets into an object.
#	CLANG=clang-19 CPU=v3 samples/build.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
cpu=${CPU:-v3}
out=${1:-.}
# asm/types.h lies in a directory of the distribution's own choice.
multiarch=/usr/include/$(uname -m)-linux-gnu

build() # object source [flags]
{
	local object=$1 source=$2
	shift 2
	mkdir -p "$out/$(dirname "$object")"
	"$clang" -O2 -g -target bpf -mcpu="$cpu" -Wall -Werror -I../include -idirafter "$multiarch" \
		-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. "$@" -c "$source" -o "$out/$object"
}

build firewall/firewall.bpf.o firewall/firewall.bpf.c
build firewall/firewall.eager.bpf.o firewall/firewall.bpf.c -DEAGER_PROBES
build firewall/firewall.lazy.bpf.o firewall/firewall.bpf.c -DLAZY_PROBES
build firewall/firewall.stub.bpf.o firewall/firewall.bpf.c -DSTUB_PROBES
build firewall/firewall.noprobes.bpf.o firewall/firewall.bpf.c -DNO_PROBES
build classifier/classifier.bpf.o classifier/classifier.bpf.c
build observers/observers.bpf.o observers/observers.bpf.c
build observers/costs.bpf.o observers/costs.bpf.c
build tailcall/tailcall.bpf.o tailcall/tailcall.bpf.c
