#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds everything that uses include/bpf_sdt.h with each clang and instruction set of this machine and, when run by root,
# has the kernel load it: a kernel that knows nothing of probes must accept each object as it stands.
# Ends with "N accepted, N refused, N built only".
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
pins=/sys/fs/bpf/noptap-check-$$
trap 'rm -rf "$work" "$pins"' EXIT
accepted=0 refused=0 built=0

try() # object
{
	if [ "$(id -u)" != 0 ] || ! command -v bpftool >/dev/null || ! mkdir -p "$pins" 2>/dev/null; then
		built=$((built + 1))
	elif bpftool prog loadall "$1" "$pins/programs" >"$work/log" 2>&1; then
		accepted=$((accepted + 1))
	else
		refused=$((refused + 1))
		echo "refused: ${1#"$work"/}"
		grep -v -e '^libbpf: elf: skipping' -e '^Warning' "$work/log" | tail -5
	fi
	rm -rf "$pins"
}

for version in 14 15 16 19; do
	command -v "clang-$version" >/dev/null || continue
	for cpu in v1 v2 v3 v4; do
		[ "$cpu" = v4 ] && [ "$version" -lt 19 ] && continue
		out=$work/clang-$version-$cpu
		CLANG=clang-$version CPU=$cpu samples/build.sh "$out"
		# programs of type bpf_sdt are no kernel's yet
		for object in "$out"/firewall/*.o "$out"/classifier/*.o "$out"/tailcall/*.o; do
			try "$object"
		done
	done
done
test/corpus/objects/build.sh "$work/objects"
for object in "$work"/objects/*/sdt_*.o "$work/objects/sdt_args.bpf.o"; do
	try "$object"
done
echo "$accepted accepted, $refused refused, $built built only"
[ "$refused" = 0 ]
