#!/bin/sh
# Runs one conformance program on two disks of its own (a thread that nobody joins is left over: one test makes such); every test's name gets the program's in front. usage: conform.sh PROGRAM
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0 TSAN_OPTIONS=allocator_may_return_null=1:report_thread_leaks=0
disk=$(mktemp) && other=$(mktemp) || exit 1
out=$(mktemp) || exit 1
truncate -s 2M "$disk" "$other"
"$1" "$disk" "$other" "$(dirname "$0")/../../runscripts/conform.toml" >"$out"
status=$?
sed -E "s#^(PASS|FAIL) #\\1 $(basename "$1")/#" "$out"
rm -f "$disk" "$other" "$out"
[ $status -eq 0 ] || echo "FAIL $(basename "$1"): ended with status $status"
exit $status
