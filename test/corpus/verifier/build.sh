#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the objects beside this script by clang-19 -mcpu=v3. A compiler that is not installed is left out.
#	test/corpus/verifier/build.sh [DIRECTORY]
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-.}
mkdir -p "$out"
multiarch=/usr/include/$(uname -m)-linux-gnu

command -v clang-19 >/dev/null || exit 0
for source in *.bpf.c; do
	clang-19 -O2 -g -target bpf -mcpu=v3 -Wall -I../../../include -idirafter "$multiarch" \
		-ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. \
		-c "$source" -o "$out/${source%.c}.o"
done
