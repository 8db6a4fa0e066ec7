#!/bin/sh
# usage: kubectl.sh SOVDECK [KUBECTL...]
# A client that none of us wrote, against the demo Sovereign: every KUBECTL given (those that do not exist are left out, and
# the one on PATH is added) reads, watches, patches and asks for rights. Prints PASS or FAIL per case; exit 1 when one failed,
# 77 when there is no kubectl at all.
# shellcheck disable=SC2086,SC2254  # $hr is several words, a watch's $pattern is a pattern
set -u
sovdeck=${1:?usage: kubectl.sh SOVDECK [KUBECTL...]}
shift
folder=$(mktemp -d "${TMPDIR:-/tmp}/sovdeck-kubectl.XXXXXX")
demo=
failures=0
HOME=$folder # discovery caches
export HOME
unset KUBECONFIG

finish() {
    status=$?
    trap - EXIT INT TERM
    [ -z "$demo" ] || { kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; }
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

pass() { echo "PASS $version: $1"; }
fail() {
    failures=$((failures + 1))
    echo "FAIL $version: $1"
    sed 's/^/     | /' "$folder/output" | head -n 20
}

# k ARGS...: the kubectl under test, as the SRE of region fsn.
k() { timeout 30 "$kubectl" --kubeconfig "$folder/kubeconfig" --context fsn "$@"; }
as() { context=$1; shift; timeout 30 "$kubectl" --kubeconfig "$folder/kubeconfig" --context "$context" "$@"; }

# check NAME PATTERN COMMAND...: succeeds and prints a line that matches the extended regular expression.
check() {
    name=$1 pattern=$2
    shift 2
    if "$@" >"$folder/output" 2>&1 && grep -Eq -- "$pattern" "$folder/output"; then pass "$name"; else fail "$name"; fi
}

# refuse NAME PATTERN COMMAND...: fails, and says why.
refuse() {
    name=$1 pattern=$2
    shift 2
    if "$@" >"$folder/output" 2>&1; then fail "$name"
    elif grep -Eq -- "$pattern" "$folder/output"; then pass "$name"
    else fail "$name"; fi
}

# silent NAME PATTERN COMMAND...: succeeds and prints no line that matches.
silent() {
    name=$1 pattern=$2
    shift 2
    if "$@" >"$folder/output" 2>&1 && ! grep -Eq -- "$pattern" "$folder/output"; then pass "$name"; else fail "$name"; fi
}

start_demo() {
    mkfifo "$folder/ready"
    "$sovdeck" demo --serve-only --speed 0.1 --dir "$folder" --seed 7 >"$folder/ready" 2>"$folder/demo.log" &
    demo=$!
    while read -r line; do
        case $line in *ready*) return 0 ;; esac
    done <"$folder/ready"
    echo "FAIL the demo did not start"
    cat "$folder/demo.log"
    exit 1
}

release=bp-keycloak
hr="hr -n flux-system"

cases_read() {
    check "get hr" "^flux-system +$release +[0-9a-z]+ +(True|False|Unknown)" k get hr -A
    check "get hr: header" "^NAMESPACE +NAME +AGE +READY +STATUS" k get hr -A
    check "get nodes -o wide" "CONTAINER-RUNTIME" k get nodes -o wide
    check "get pods -o wide" "^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +IP +NODE" k get pods -A -o wide
    check "get -o json" '"kind": "HelmRelease"' k get $hr $release -o json
    check "get list -o json" '"kind": "List"' k get hr -A -o json
    check "get -o yaml" '^kind: HelmRelease' k get $hr $release -o yaml
    check "get -o name" "^helmrelease.helm.toolkit.fluxcd.io/$release\$" k get $hr -o name
    check "get -o jsonpath" '^[0-9]+h?m?' k get $hr $release -o 'jsonpath={.spec.interval}'
    check "get another served version" "helmrelease.helm.toolkit.fluxcd.io/$release" k get hr.v2beta2.helm.toolkit.fluxcd.io -n flux-system -o name
    check "get by category" '^(application|organization|environment|blueprint)' k get catalyst -A -o name
    check "get several kinds" '^gitrepository' k get gitrepo,helmrepo,ks -A -o name
    check "get in small chunks" "$release" k get hr -A --chunk-size=7
    check "get --sort-by" '^flux-system' k get $hr -A --sort-by=.metadata.name
    check "get -l" "^helmrelease.helm.toolkit.fluxcd.io/$release" k get $hr -l sovdeck-test!=x -o name
    silent "get -l without a match" 'helmrelease' k get $hr -l sovdeck-test=nobody -o name
    check "get --field-selector" "/$release\$" k get $hr --field-selector metadata.name=$release -o name
    refuse "unknown field selector" 'field label not supported' k get pods -A --field-selector spec.unknown=x
    refuse "unknown name" 'NotFound.*"nothing-here" not found' k get $hr nothing-here
    refuse "unknown kind" "doesn't have a resource type" k get nonsense
    node=$(k get nodes -o 'jsonpath={.items[0].metadata.name}')
    check "pods of a node" "$node" k get pods -A -o wide --field-selector "spec.nodeName=$node"
    check "events" 'LAST SEEN +TYPE +REASON +OBJECT +MESSAGE' k get events -A
    check "describe hr" 'Kind: +HelmRelease' k describe $hr $release
    check "describe node" "^Non-terminated Pods: +\(" k describe node "$node"
    pod=$(k get pods -n flux-system -o 'jsonpath={.items[0].metadata.name}')
    check "describe pod" "^Node: +" k describe pod -n flux-system "$pod"
    check "explain of rights" 'yes' k auth can-i list hr -A
    check "api-resources" '^helmreleases +hr +' k api-resources
    check "api-versions" '^helm.toolkit.fluxcd.io/v2$' k api-versions
    check "version" 'v1\.30' k version
    check "raw" '^ok$' k get --raw /livez
}

cases_write() {
    mark="mark-$$-$1"
    # The demo's Flux takes back what kubectl writes into objects that Git declares; not while these cases look at it.
    check "suspend Flux" 'patched' k patch ks bootstrap-kit -n flux-system --type=merge -p "{\"spec\":{\"suspend\":true}}"
    check "patch --type=merge" 'patched' k patch $hr $release --type=merge -p "{\"metadata\":{\"annotations\":{\"sovdeck-test\":\"$mark\"}}}"
    check "the patch is there" "^$mark\$" k get $hr $release -o 'jsonpath={.metadata.annotations.sovdeck-test}'
    check "patch --type=json" 'patched' k patch $hr $release --type=json -p "[{\"op\":\"test\",\"path\":\"/metadata/annotations/sovdeck-test\",\"value\":\"$mark\"},{\"op\":\"replace\",\"path\":\"/metadata/annotations/sovdeck-test\",\"value\":\"$mark-2\"}]"
    refuse "json test fails" 'invalid|rejected' k patch $hr $release --type=json -p '[{"op":"test","path":"/spec/interval","value":"99h"}]'
    refuse "strategic patch of a custom kind" 'UnsupportedMediaType|media type|strategic merge patch is not supported' k patch $hr $release --type=strategic -p '{"spec":{"suspend":true}}'
    refuse "schema violation" 'spec.interval: Invalid value' k patch $hr $release --type=merge -p '{"spec":{"interval":5}}'
    check "patch --dry-run=server" '^dry-run-value$' k patch $hr $release --type=merge --dry-run=server -p '{"spec":{"values":{"sovdeckTest":"dry-run-value"}}}' -o 'jsonpath={.spec.values.sovdeckTest}'
    silent "a dry run changes nothing" 'dry-run-value' k get $hr $release -o yaml
    check "managers are recorded" 'kubectl-patch' k get $hr $release -o 'jsonpath={.metadata.managedFields[*].manager}'
    check "annotate" 'annotated' k annotate $hr $release --overwrite "sovdeck-test=$mark-3"
    check "annotate --dry-run=server" 'annotated' k annotate $hr $release --dry-run=server --overwrite "sovdeck-test=$mark-4"
    check "label" 'labeled' k label $hr $release --overwrite "sovdeck-test=$mark"
    check "label is selectable" "/$release\$" k get $hr -l "sovdeck-test=$mark" -o name
    check "remove the label" '(unl|l)abeled' k label $hr $release sovdeck-test-
    check "create" 'created' k create configmap "$mark" -n default --from-literal=colour=blue
    refuse "create twice" 'AlreadyExists|already exists' k create configmap "$mark" -n default --from-literal=colour=red
    check "strategic patch of a built-in kind" 'patched' k patch configmap "$mark" -n default -p '{"data":{"colour":"green"}}'
    check "delete" 'deleted' k delete configmap "$mark" -n default
    refuse "it is gone" 'NotFound' k get configmap "$mark" -n default
}

cases_rights() {
    check "can-i: yes" '^yes$' k auth can-i patch hr -n flux-system
    refuse "can-i: no" '^no' as fsn-viewer auth can-i patch hr -n flux-system
    refuse "viewer reads no Secrets" '^no' as fsn-viewer auth can-i list secrets -A
    check "can-i --list" '^helmreleases|^\*\.helm.toolkit.fluxcd.io' as fsn-viewer auth can-i --list
    check "viewer reads" "$release" as fsn-viewer get hr -A
    refuse "viewer does not write" 'Forbidden.*cannot patch resource "helmreleases"' as fsn-viewer annotate $hr $release a=b
    check "developer reads the own namespace" '^NAME +READY' as fsn-developer get pods
    refuse "developer reads no other" 'Forbidden.*cannot list resource "pods".*at the cluster scope' as fsn-developer get pods -A
    refuse "expired certificate" 'Unauthorized|provide credentials|certificate' as fsn-expired get nodes
    refuse "unknown token" 'Unauthorized|provide credentials' as fsn-stranger get nodes
    check "the other region" '^hel' as hel get nodes -o name --no-headers -o custom-columns=NAME:.metadata.name
}

# case_watch NAME PATTERN ARGS...: follows a watch through a pipe. The first line that matches is the object as it is, the
# second one is the change that the first one set off.
case_watch() {
    name=$1 pattern=$2
    shift 2
    mkfifo "$folder/watch.$name"
    k get $hr $release -w "$@" >"$folder/watch.$name" 2>"$folder/output" &
    watcher=$!
    seen=0
    exec 4<"$folder/watch.$name"
    while read -r line <&4; do
        case $line in $pattern) seen=$((seen + 1)) ;; *) continue ;; esac
        [ "$seen" -lt 2 ] || break
        k annotate $hr $release --overwrite "sovdeck-test=watch-$$-$name-$version" >/dev/null 2>&1
    done
    exec 4<&-
    kill "$watcher" 2>/dev/null
    wait "$watcher" 2>/dev/null
    rm -f "$folder/watch.$name"
    if [ "$seen" -ge 2 ]; then pass "get -w ($name)"; else fail "get -w ($name)"; fi
}

case_logs() {
    pod=$(k get pods -n flux-system -l app=helm-controller -o 'jsonpath={.items[0].metadata.name}')
    check "logs --tail" '.' k logs -n flux-system "$pod" --tail=3
    refuse "logs of an unknown container" 'container nothing is not valid' k logs -n flux-system "$pod" -c nothing
    mkfifo "$folder/logs"
    k logs -f -n flux-system "$pod" --tail=1 >"$folder/logs" 2>"$folder/output" &
    follower=$!
    lines=0
    exec 4<"$folder/logs"
    while read -r line <&4; do
        lines=$((lines + 1))
        k annotate $hr $release --overwrite "reconcile.fluxcd.io/requestedAt=$$-$version-$lines" >/dev/null 2>&1
        [ "$lines" -lt 2 ] || break
    done
    exec 4<&-
    kill "$follower" 2>/dev/null
    wait "$follower" 2>/dev/null
    rm -f "$folder/logs"
    if [ "$lines" -ge 2 ]; then pass "logs -f"; else fail "logs -f"; fi
}

run_all() {
    kubectl=$1
    version=$("$kubectl" version --client 2>/dev/null | grep -o 'v1\.[0-9]*' | head -n 1)
    cases_read
    cases_write "$version"
    cases_rights
    case_watch table "$release *"
    case_watch json '"kind": "HelmRelease"*' -o json
    case_logs
}

set -- "$@" "$(command -v kubectl 2>/dev/null)"
found=
for candidate; do
    [ -z "$candidate" ] || [ ! -x "$candidate" ] || found="$found $candidate"
done
if [ -z "$found" ]; then
    echo "SKIP no kubectl here (tests/tools/fetch_kubectl.sh build/kubectl-1.20)"
    exit 77
fi
start_demo
for candidate in $found; do
    run_all "$candidate"
done
kill "$demo"
if wait "$demo"; then echo "PASS the demo stops cleanly"; else echo "FAIL the demo did not stop cleanly"; failures=$((failures + 1)); fi
demo=
echo "kubectl: $failures failed"
[ "$failures" -eq 0 ]
