#!/bin/sh
# usage: check_commands.sh SOVDECK ROOT
# docs/commands.md is made from the command table: says when it is not what the program prints.
set -u
"$1" docs commands | diff -u "$2/docs/commands.md" - && exit 0
echo "docs/commands.md is old: sovdeck docs commands > docs/commands.md" >&2
exit 1
