#!/bin/sh
# usage: headless.sh SOVDECK
# The subcommands against the demo Sovereign: what they print, and the documented exit code of every kind of end. Prints PASS or
# FAIL per case; exit 1 when one failed.
set -u
sovdeck=${1:?usage: headless.sh SOVDECK}
folder=$(mktemp -d "${TMPDIR:-/tmp}/sovdeck-headless.XXXXXX")
demo=
failures=0
HOME=$folder XDG_STATE_HOME=$folder/state XDG_CONFIG_HOME=$folder/none
export HOME XDG_STATE_HOME XDG_CONFIG_HOME
unset KUBECONFIG HTTPS_PROXY https_proxy

finish() {
    status=$?
    trap - EXIT INT TERM
    [ -z "$demo" ] || { kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; }
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

fail() {
    failures=$((failures + 1))
    echo "FAIL $1"
    sed 's/^/     | /' "$folder/out" "$folder/err" | head -n 30
}

# on ARGS...: sovdeck on the demo's configuration; as CONTEXT ARGS...: on its kubeconfig, without a profile.
on() { "$sovdeck" --config "$folder/demo/config.yaml" "$@"; }
as() { context=$1; shift; "$sovdeck" --kubeconfig "$folder/demo/kubeconfig" --context "$context" "$@"; }

# expect CODE PATTERN COMMAND...: ends with CODE, and prints (on either stream) a line that matches.
expect() {
    code=$1 pattern=$2
    shift 2
    "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    if [ "$got" -eq "$code" ] && cat "$folder/out" "$folder/err" | grep -Eq -- "$pattern"; then echo "PASS $*"
    else fail "$* (exit $got, expected $code, expected to read '$pattern')"; fi
}

start_demo() {
    mkfifo "$folder/ready"
    "$sovdeck" demo --serve-only --dir "$folder/demo" --speed 200 >"$folder/ready" 2>"$folder/demo.log" &
    demo=$!
    grep -m1 '^ready' "$folder/ready" >"$folder/out" || { cat "$folder/demo.log"; exit 1; }
}

without_demo() {
    expect 0 '^sovdeck [0-9]+\.[0-9]+' "$sovdeck" --version
    expect 0 'Exit codes: 0 fine' "$sovdeck" --help
    expect 0 'usage: sovdeck patch' "$sovdeck" help patch
    expect 2 "unknown command 'fliter'" "$sovdeck" fliter
    expect 2 "did you mean '--output'" "$sovdeck" get pods --outptu json
    expect 0 '_sovdeck' "$sovdeck" completion bash
    expect 0 'TH SOVDECK' "$sovdeck" docs man
    expect 5 'no kubeconfig' "$sovdeck" get pods
    printf 'clusters: [{name: a, cluster: {server: "https://127.0.0.1:9"}}]\nusers: [{name: a, user: {token: x}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\ncurrent-context: a\n' >"$folder/dead"
    expect 5 'refused|127.0.0.1:9' "$sovdeck" --kubeconfig "$folder/dead" get pods
    printf 'not: [yaml' >"$folder/broken"
    expect 5 'broken:[0-9]+: ' "$sovdeck" --kubeconfig "$folder/broken" get pods
    expect 0 'there is no journal' "$sovdeck" journal verify
}

reading() {
    expect 0 'HelmRelease' on get hr bp-harbor -o json
    expect 0 'NAMESPACE +NAME' on get applications
    expect 0 '^organizations/' on get organizations -o name
    expect 0 'bp-harbor' on get helmreleases.helm.toolkit.fluxcd.io -n flux-system --region fsn
    expect 1 "there is no HelmRelease 'nonsense'" on get hr nonsense
    expect 2 "kind" on get nonsense
    expect 2 "there is no region 'nowhere'; there is: fsn, hel" on get hr --region nowhere
    expect 2 "no Sovereign 'nobody'" on -s nobody get hr
    expect 3 'certificate expired at' as fsn-expired get hr
    expect 3 '401' as fsn-stranger get hr
    expect 4 'HelmReleases of northwind only' as fsn-developer get hr
    expect 0 'northwind' as fsn-developer get hr -n northwind
    expect 4 '403' as fsn-developer get nodes
    expect 1 'never started' on cutover status
    expect 1 '"claim"' on cutover status -o json
    expect 1 'TETHERED' on audit
    expect 1 'journalHead' on audit -o json
    expect 0 'reachable' on doctor
    expect 3 'identity' as fsn-stranger doctor
}

changing() {
    expect 4 'To do it' on suspend helmrelease flux-system/bp-loki
    expect 0 'suspend: true' on suspend helmrelease flux-system/bp-loki --dry-run
    expect 0 'done: the change is in place' on suspend helmrelease flux-system/bp-loki --yes --reason 'a test'
    expect 4 'already' on suspend hr flux-system/bp-loki --yes
    expect 4 'resume it first' on reconcile hr flux-system/bp-loki --yes
    expect 0 'done: Ready' on resume hr flux-system/bp-loki --yes
    expect 0 'done: Ready' on reconcile hr flux-system/bp-loki --yes
    expect 1 'does not exist' on suspend hr flux-system/bp-nothing --yes
    expect 2 'is not NAMESPACE/NAME' on suspend hr /x --yes
    expect 2 'only HelmReleases have values' on patch kustomization flux-system/bootstrap-kit a=b
    expect 4 'may not patch' as fsn-viewer suspend hr flux-system/bp-loki --yes --confirm bp-loki
    expect 4 'production Sovereign: add --confirm bp-loki' as fsn suspend hr flux-system/bp-loki --yes
    expect 4 "the name is 'bp-loki'" as fsn suspend hr flux-system/bp-loki --yes --confirm bp-tempo
    expect 0 'the change is in place' as fsn suspend hr flux-system/bp-tempo --yes --confirm bp-tempo
}

patching() {
    expect 0 'Git will revert this' on patch helmrelease flux-system/bp-mgmt-vcluster global.registryMirror=harbor.acme.example --dry-run
    expect 2 'to change the type write' on patch hr flux-system/bp-grafana spec.upgrade.remediation.retries=many
    expect 0 'stays as drift' on patch hr flux-system/bp-grafana 'extra.with\.dot:=[1,2]' --dry-run -o text
    expect 0 'done: Ready' on patch hr flux-system/bp-reloader extra.note=hello --yes
    expect 4 'nothing would change' on patch hr flux-system/bp-reloader extra.note=hello --yes
}

cutover() {
    expect 8 'no catalyst-api is configured' as fsn cutover start --yes
    expect 4 'one way' on cutover start
    expect 0 'done: running' on cutover start --yes
    expect 7 'in flight' on cutover start --yes
    expect 4 'a cutover is in flight' on suspend hr flux-system/bp-loki --yes
}

# Ctrl-C while watching: 130. The first line is the signal that it watches.
interrupting() {
    mkfifo "$folder/watch"
    "$sovdeck" --config "$folder/demo/config.yaml" get hr --watch >"$folder/watch" 2>"$folder/err" &
    watcher=$!
    head -n 1 "$folder/watch" >"$folder/out"
    kill -INT "$watcher"
    wait "$watcher"
    code=$?
    if [ "$code" -eq 130 ]; then echo "PASS get --watch interrupted"; else fail "get --watch interrupted (exit $code)"; fi
}

journal() {
    file=$folder/state/sovdeck/journal.jsonl
    expect 0 'unbroken' "$sovdeck" journal verify
    expect 0 'refused +Suspend HelmRelease flux-system/bp-loki' "$sovdeck" journal show
    head_hash=$(tail -n 1 "$file" | sed 's/.*"hash":"\([0-9a-f]*\)"}$/\1/')
    expect 0 'unbroken' "$sovdeck" journal verify --head "$head_hash"
    sed '3s/suspend/suspenD/' "$file" >"$folder/changed.jsonl"
    expect 1 'line 3 +changed' "$sovdeck" journal verify --journal "$folder/changed.jsonl"
    sed 2d "$file" >"$folder/removed.jsonl"
    expect 1 'line 2 +removed' "$sovdeck" journal verify --journal "$folder/removed.jsonl"
    sed '$d' "$file" >"$folder/cut.jsonl"
    expect 1 'cut' "$sovdeck" journal verify --journal "$folder/cut.jsonl" --head "$head_hash"
}

without_demo
start_demo
reading
changing
patching
interrupting
cutover
journal
[ "$failures" -eq 0 ] || echo "$failures failed"
[ "$failures" -eq 0 ]
