#!/bin/sh
# usage: init.sh SOVDECK
# `sovdeck init` against the demo, a dead context and no kubeconfig at all: what it writes is read again without a warning.
set -u
sovdeck=$1
folder=$(mktemp -d)
demo=
failed=0
finish() {
    [ -n "$demo" ] && kill "$demo" && wait "$demo"
    rm -rf "$folder"
    exit $failed
}
trap finish EXIT INT TERM
fail() {
    echo "FAILED: $1" >&2
    failed=1
}
has() { grep -qF -- "$2" "$1" || { fail "'$2' is not in $1"; cat "$1" >&2; }; }
export HOME="$folder" XDG_CONFIG_HOME="$folder/xdg" XDG_STATE_HOME="$folder/state"
unset KUBECONFIG

# nothing at all: a file that explains itself
"$sovdeck" init --output "$folder/none.yaml" 2>"$folder/none.said" || fail "init without a kubeconfig"
has "$folder/none.said" "nothing was asked"
has "$folder/none.yaml" "# NAME:"

# a dead context
cat >"$folder/dead.kubeconfig" <<'END'
current-context: it's dead
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]
contexts: [{name: "it's dead", context: {cluster: c}}, {name: other, context: {cluster: c}}]
END
"$sovdeck" init --kubeconfig "$folder/dead.kubeconfig" --output - >"$folder/dead.yaml" 2>/dev/null || fail "init on a dead context"
has "$folder/dead.yaml" "# context 'it's dead' does not answer"
has "$folder/dead.yaml" "# context 'other' was not asked"
"$sovdeck" init --kubeconfig "$folder/dead.kubeconfig" --context nowhere --output - >/dev/null 2>"$folder/said" && fail "an unknown context is taken"
has "$folder/said" "no context 'nowhere'"

# the demo
mkfifo "$folder/ready"
"$sovdeck" demo --serve-only --dir "$folder/demo" >"$folder/ready" 2>/dev/null &
demo=$!
grep -q ready "$folder/ready"
"$sovdeck" init --kubeconfig "$folder/demo/kubeconfig" --all-contexts --class staging 2>"$folder/said" || fail "init on the demo"
config="$XDG_CONFIG_HOME/sovdeck/config.yaml"
has "$folder/said" "written: $config"
has "$config" "class: staging"
has "$config" "name: 'hel'"
has "$config" "port-forward, svc/nats-jetstream, '14222:4222'"
[ "$(stat -c %a "$config")" = 600 ] || fail "mode of the file"
[ "$(stat -c %a "$XDG_CONFIG_HOME/sovdeck")" = 700 ] || fail "mode of the folder"
[ "$(ls "$XDG_CONFIG_HOME/sovdeck")" = config.yaml ] || fail "something is left beside the file"
"$sovdeck" init 2>"$folder/said"
[ $? = 4 ] || fail "an existing file is replaced"
has "$folder/said" "--force replaces it"
"$sovdeck" get nodes -o name >"$folder/rows" 2>"$folder/said" || fail "get with the written file"
has "$folder/rows" "@hel"
[ -s "$folder/said" ] && fail "the written file gives warnings: $(cat "$folder/said")"
for file in none dead; do
    "$sovdeck" --config "$folder/$file.yaml" --kubeconfig "$folder/demo/kubeconfig" get organizations -o name >/dev/null 2>"$folder/said" || fail "$file.yaml"
    [ -s "$folder/said" ] && fail "$file.yaml gives warnings: $(cat "$folder/said")"
done
