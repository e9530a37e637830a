#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the BPF programs of a kernel source tree's selftests, as they are, for the parity tool. Nothing of them belongs into this repository.
#
#   build-selftests.sh PATH-TO-LINUX-SOURCE OUT
#
# OUT gets selftests/NAME.bpf.o for each progs/NAME.c that compiles, samples/NAME.o for each of samples/bpf, and failures.txt: source, then the
# first error of the compiler.
set -eu
[ $# -eq 2 ] || { echo "usage: $0 PATH-TO-LINUX-SOURCE OUT" >&2; exit 2; }
source=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
tests=$source/tools/testing/selftests/bpf
[ -d "$tests/progs" ] || { echo "$0: $tests/progs is not there; give the root of a kernel source tree" >&2; exit 2; }
clang=$(command -v clang-19 || command -v clang-14 || command -v clang) || { echo "$0: no clang" >&2; exit 2; }
older=$(command -v clang-14 || echo "$clang")
bpftool btf dump file /sys/kernel/btf/vmlinux format c > "$out/vmlinux.h"
multiarch=$(gcc -print-multiarch 2>/dev/null || true)

ln -sfn "$source/include/uapi" "$out/uapi"

compile() # compiler, source, object
{
    # Older samples are written for headers of the kernel itself, which need its configuration; the user's do for some of them.
    case $2 in
    */samples/bpf/*_kern.c) short="-include linux/types.h -Du8=__u8 -Du16=__u16 -Du32=__u32 -Du64=__u64 -D__force=" ;;
    *) short= ;;
    esac
    # shellcheck disable=SC2086 # words, not one
    "$1" $short -O2 -g -target bpf -mcpu=v3 -mlittle-endian -D__TARGET_ARCH_x86 -Wno-everything \
        -I"$out" -I"$tests" -I"$source/tools/include/uapi" -I"$source/tools/include" -I"$source/samples/bpf" -idirafter "/usr/include/$multiarch" \
        -c "$2" -o "$3"
}

built=0
failed=0
build() # source, object
{
    mkdir -p "$(dirname "$2")"
    if compile "$clang" "$1" "$2" 2> "$out/errors.txt" || compile "$older" "$1" "$2" 2>> "$out/errors.txt"; then
        built=$((built + 1))
    else
        failed=$((failed + 1))
        rm -f "$2"
        reason=$(sed -n "s|^.*error: ||p" "$out/errors.txt" | head -n 1)
        printf '%s\t%s\n' "${1#"$source"/}" "${reason:-the compiler ended without a reason}" >> "$out/failures.txt"
    fi
}

: > "$out/failures.txt"
for program in "$tests"/progs/*.c; do
    build "$program" "$out/selftests/$(basename "$program" .c).bpf.o"
done
for program in "$source"/samples/bpf/*_kern.c "$source"/samples/bpf/*.bpf.c; do
    [ -f "$program" ] || continue
    build "$program" "$out/samples/$(basename "$program" .c).o"
done
# These share a second source, which is linked to each.
shared=$out/samples/xdp_sample.bpf.o
for object in "$out"/samples/xdp_*.bpf.o; do
    [ -f "$shared" ] && [ "$object" != "$shared" ] || continue
    bpftool gen object "$out/linked.o" "$object" "$shared" && mv "$out/linked.o" "$object"
done
rm -f "$out/errors.txt" "$out/linked.o" "$shared"
echo "$((built + failed)) sources, $built built, $failed not; why not:"
cut -f 2 "$out/failures.txt" | sort | uniq -c | sort -rn
