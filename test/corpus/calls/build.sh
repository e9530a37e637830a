#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the committed object from the source beside this script.
set -euo pipefail
cd "$(dirname "$0")"
clang-19 -O2 -g -target bpf -mcpu=v3 -Wall -I../../../include -idirafter "/usr/include/$(uname -m)-linux-gnu" \
	-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. \
	-c world.bpf.c -o "${1:-.}/world.bpf.o"
