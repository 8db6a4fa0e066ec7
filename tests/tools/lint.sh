#!/bin/sh
# What a reviewer should not have to look for: walls, sizes, banned calls, words; then cppcheck. Exits 1 on a finding of the
# first four; cppcheck's are printed.
set -u
cd "$(dirname "$0")/../.."
failed=0
report() {
    [ -z "$2" ] && return
    printf '%s:\n%s\n' "$1" "$2"
    failed=1
}

sh tests/tools/check_layers.sh || failed=1
sources=$(git ls-files 'backend/*.[ch]' 'tui/*.[ch]' 'backend/*.cpp')
report "files over 600 lines" "$(printf '%s\n' "$sources" | xargs wc -l | awk '$2 != "total" && $1 > 600 {print "  " $1, $2}')"
report "banned calls" "$(printf '%s\n' "$sources" | xargs grep -nE '\b(strcpy|strcat|sprintf|gets|strtok|system|popen|usleep|sleep)\(' | grep -v '^backend/demo/')"
report "promises left in the code" "$(printf '%s\n' "$sources" | xargs grep -nE '\b(TODO|FIXME|XXX)\b')"
report "words that the interface does not use" "$(git ls-files 'tui/*.[ch]' 'backend/headless/*.[ch]' | xargs grep -niE '"[^"]*\b(tenant|workspace)s?\b[^"]*"' | grep -vE 'catalyst\.tenant|org-tenants|catalyst-tenant')"
if command -v cppcheck >/dev/null 2>&1; then
    cppcheck --quiet --enable=warning,portability --inline-suppr --suppress=missingIncludeSystem --std=c11 -I backend -I tui backend tui 2>&1 | head -60
fi
exit $failed
