#!/bin/sh
# usage: proof.sh SOVDECK JSON_CHECK
# What the subcommands claim, held against the server itself (headless.sh has their words and exit codes): "nothing was changed" is
# true, JSON parses, --watch prints a change, and what cannot be reached, trusted, awaited or measured says which.
# Prints PASS or FAIL per case; exit 1 when one failed.
set -u
sovdeck=${1:?usage: proof.sh SOVDECK JSON_CHECK}
json_check=${2:?usage: proof.sh SOVDECK JSON_CHECK}
folder=$(mktemp -d "${TMPDIR:-/tmp}/sovdeck-proof.XXXXXX")
demo='' slow='' watch=''
failures=0
HOME=$folder XDG_STATE_HOME=$folder XDG_CONFIG_HOME=$folder
export HOME XDG_STATE_HOME XDG_CONFIG_HOME
unset KUBECONFIG
release=flux-system/bp-alloy
object=/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-system/helmreleases/bp-alloy

finish() {
    status=$?
    trap - EXIT INT TERM
    for process in $slow $watch $demo; do kill "$process" 2>/dev/null; done
    wait
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

pass() { echo "PASS $1"; }
fail() {
    failures=$((failures + 1))
    echo "FAIL $1"
    sed 's/^/     | /' "$folder/output" | tail -n 20
}

# s WORDS...: sovdeck with the demo's configuration; as CONTEXT WORDS...: as another identity of its kubeconfig
s() { timeout 60 "$sovdeck" "$@" --config "${config:-$folder/demo/config.yaml}" --journal "$folder/journal"; }
as() { context=$1; shift; timeout 60 "$sovdeck" "$@" --kubeconfig "${kubeconfig:-$folder/demo/kubeconfig}" --context "$context" --journal "$folder/journal"; }

# expect CODE PATTERN NAME COMMAND...: that exit code, and a line (of either stream) that matches the extended regular expression
expect() {
    code=$1 pattern=$2 name=$3
    shift 3
    "$@" >"$folder/output" 2>&1
    got=$?
    if [ $got -ne "$code" ]; then
        echo "     exit code $got, not $code" >>"$folder/output"
        fail "$name"
    elif grep -Eq -- "$pattern" "$folder/output"; then pass "$code $name"
    else fail "$name"; fi
}

start_demo() {
    mkfifo "$folder/ready"
    "$sovdeck" demo --serve-only --dir "$folder/demo" --seed 7 --speed 20 >"$folder/ready" 2>"$folder/demo.log" &
    demo=$!
    while read -r line; do
        case $line in *ready*) return 0 ;; esac
    done <"$folder/ready"
    echo "FAIL the demo did not start"
    cat "$folder/demo.log"
    exit 1
}

port() { sed -n "s/^$1=//p" "$folder/demo/ports"; }
of_user() { sed -n "/^users:/,/^contexts:/p" "$folder/demo/kubeconfig" | sed -n "/^- name: $1\$/,/^- name/s/^ *$2: //p" | head -n 1; }

# q METHOD REGION PATH [BODY]: a request as the SRE, by curl
q() {
    of_user "$2" client-certificate-data | base64 -d >"$folder/sre.crt"
    of_user "$2" client-key-data | base64 -d >"$folder/sre.key"
    curl -sS --fail --noproxy '*' --cacert "$folder/demo/ca.crt" --cert "$folder/sre.crt" --key "$folder/sre.key" -X "$1" \
        ${4:+-d "$4"} "https://127.0.0.1:$(port "$2")$3"
}
unchanged() { if q GET fsn $object | grep -q endToEnd; then fail "$1 changed nothing"; else pass "  $1 changed nothing"; fi; }

# A server that takes the request and never answers: 30 s, beside everything else.
start_slow() {
    q POST hel /demo/faults '{"action":"stall","url":"*/certificates*"}' >/dev/null
    { as hel get certificates >"$folder/slow" 2>&1; echo "exit code $?" >>"$folder/slow"; } &
    slow=$!
}

end_slow() {
    wait "$slow"
    slow=
    expect 0 "^exit code 6" "timed out: the server never answers" cat "$folder/slow"
    expect 0 "no complete answer within" "timed out: says so" cat "$folder/slow"
}

cases_read() {
    expect 1 '"verdict": "TETHERED"' "audit: json" s audit -o json
    s audit -o json >"$folder/json" 2>/dev/null
    expect 0 fine "audit: json parses" "$json_check" "$folder/json"
    for kind in helmreleases applications pods; do
        s get $kind -A -o json >"$folder/json"
        expect 0 fine "get $kind: json parses" "$json_check" "$folder/json"
    done
}

cases_identity() {
    expect 4 "403 Forbidden" "what this identity may not see" as fsn-viewer get secrets
    expect 4 "viewer@acme.example may not patch" "what this identity may not change" as fsn-viewer patch helmrelease $release endToEnd=1 --yes
    unchanged "a patch without the right"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj /CN=other -out "$folder/other.crt" 2>/dev/null
    sed "s|\(certificate-authority-data: \).*|\1$(base64 -w0 "$folder/other.crt")|" "$folder/demo/kubeconfig" >"$folder/untrusting"
    kubeconfig=$folder/untrusting
    expect 5 "not signed by the configured CA" "an untrusted certificate" as fsn get hr
    expect 5 "not signed by the configured CA" "an untrusted certificate, says doctor" as fsn doctor -o json
    sed "s|127.0.0.1:$(port fsn)|127.0.0.1:9|" "$folder/demo/kubeconfig" >"$folder/dead"
    kubeconfig=$folder/dead
    expect 5 "connection refused" "nobody listens" as fsn get hr
    expect 5 "connection refused" "nobody listens, says doctor" as fsn doctor
    kubeconfig=
}

cases_unmeasured() {
    expect 8 "could not|UNKNOWN|rules" "audit: nothing found, because little could be read" audit_of_the_unreadable
}

# Nothing serious is found where the rule's kinds cannot be read: never clean.
audit_of_the_unreadable() {
    q POST hel /demo/faults '{"action":"status","url":"/apis/*toolkit.fluxcd.io*","code":403}' >/dev/null
    q POST hel /demo/faults '{"action":"status","url":"/apis/pkg.crossplane.io*","code":403}' >/dev/null
    q POST hel /demo/faults '{"action":"status","url":"/api*/v1/*","code":403}' >/dev/null
    as hel audit
    result=$?
    q DELETE hel /demo/faults >/dev/null
    return $result
}

# A change seen by --watch, then Ctrl-C. Shells start background commands with SIGINT ignored.
cases_watch() {
    mkfifo "$folder/changes"
    env --default-signal=INT "$sovdeck" get helmreleases -n flux-system --watch --config "$folder/demo/config.yaml" >"$folder/changes" 2>"$folder/output" &
    watch=$!
    seen=
    exec 3<"$folder/changes"
    while read -r line <&3; do # the list ends with the last name of the last region
        case $line in *bp-vpa*) listed=$((${listed:-0} + 1)) ;; esac
        [ "${listed:-0}" -eq 2 ] && break
    done
    s suspend helmrelease $release --yes >"$folder/output" 2>&1 || fail "suspend"
    while read -r line <&3; do
        case $line in *bp-alloy*Suspended*) seen=yes && break ;; esac
    done
    if [ -n "$seen" ]; then pass "  --watch prints the change"; else fail "--watch prints the change"; fi
    kill -INT "$watch"
    wait "$watch"
    code=$?
    exec 3<&-
    watch=
    if [ $code -eq 130 ]; then pass "130 Ctrl-C ends --watch"; else fail "Ctrl-C ends --watch with $code"; fi
    expect 0 "done: " "resume" s resume helmrelease $release --yes
}

cases_change() {
    expect 0 "stays as drift that Git does not know" "patch --dry-run" s patch helmrelease $release endToEnd:=3 --dry-run
    unchanged "patch --dry-run"
    expect 4 "it was not confirmed" "patch without --yes" s patch helmrelease $release endToEnd:=3
    unchanged "patch without --yes"
    sed 's/class: development/class: production/' "$folder/demo/config.yaml" >"$folder/production.yaml"
    config=$folder/production.yaml
    expect 4 "add --confirm bp-alloy" "production without --confirm" s patch helmrelease $release endToEnd:=3 --yes
    expect 4 "the name is 'bp-alloy'" "production with another name" s patch helmrelease $release endToEnd:=3 --yes --confirm bp-keycloak
    expect 4 "add --confirm acme.example" "production: the cutover without --confirm" s cutover start --yes
    unchanged "production"
    expect 0 "done: " "production with the name" s patch helmrelease $release endToEnd:=3 --yes --confirm bp-alloy
    if q GET fsn $object | grep -q '"endToEnd":3'; then pass "  the server has the value, as a number"; else fail "the server has the value"; fi
    config=
}

cases_cutover() {
    expect 0 "running" "cutover start" s cutover start --yes
    expect 0 "unbroken" "journal verify" s journal verify
    sed -i '2s/bp-alloy/bp-allox/' "$folder/journal"
    expect 1 "line 2" "journal verify: a changed byte" s journal verify
}

start_demo
start_slow
cases_read
cases_identity
cases_watch
cases_change
end_slow
cases_unmeasured
cases_cutover
[ $failures -eq 0 ] || echo "$failures failed"
[ $failures -eq 0 ]
