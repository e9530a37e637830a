#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the committed worst cases from the sources beside this script.
set -eu
cd "$(dirname "$0")"
for source in *.bpf.c; do
    clang-19 -O2 -g -target bpf -mcpu=v3 -Wall -idirafter "/usr/include/$(uname -m)-linux-gnu" \
        -ffile-prefix-map="$PWD=." -ffile-prefix-map=/usr/include=include -fdebug-compilation-dir=. -c "$source" -o "${source%.c}.o"
done
