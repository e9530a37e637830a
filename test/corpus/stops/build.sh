#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the committed objects from the sources beside this script.
#	test/corpus/stops/build.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-.}
for source in *.bpf.c; do
	clang-19 -O2 -g -target bpf -mcpu=v3 -Wall -I../../../include -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. -c "$source" -o "$out/${source%.c}.o"
done
