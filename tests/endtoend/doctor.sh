#!/bin/sh
# usage: doctor.sh SOVDECK JSON_CHECK
# `sovdeck doctor` and `sovdeck compare` against the demo Sovereign with every kind of failure: what the red line says, the sentence
# that mends it, the exit code, and that the healthy region is examined all the same. Prints PASS or FAIL; exit 1 when one failed.
set -u
sovdeck=${1:?usage: doctor.sh SOVDECK JSON_CHECK} json_check=${2:?}
folder=$(mktemp -d "${TMPDIR:-/tmp}/sovdeck-doctor.XXXXXX")
demo=
failures=0
HOME=$folder XDG_STATE_HOME=$folder/state XDG_CONFIG_HOME=$folder/none
export HOME XDG_STATE_HOME XDG_CONFIG_HOME
unset KUBECONFIG HTTPS_PROXY https_proxy NATS_URL

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
    sed 's/^/     | /' "$folder/out" "$folder/err" | head -n 40
}

on() { "$sovdeck" --config "$folder/demo/config.yaml" "$@"; }
with() { config=$1; shift; "$sovdeck" --config "$folder/$config.yaml" "$@"; }
as() { context=$1; shift; "$sovdeck" --kubeconfig "$folder/demo/kubeconfig" --context "$context" "$@"; }

# expect CODE PATTERN COMMAND...: ends with CODE, and prints PATTERN, wherever its lines break.
expect() {
    code=$1 pattern=$2
    shift 2
    "$@" >"$folder/out" 2>"$folder/err"
    got=$?
    if [ "$got" -eq "$code" ] && cat "$folder/out" "$folder/err" | tr -s ' \n' ' ' | grep -Eq -- "$pattern"; then echo "PASS $* ($pattern)"
    else fail "$* (exit $got, expected $code, expected to read '$pattern')"; fi
}
also() { if tr -s ' \n' ' ' <"$folder/out" | grep -Eq -- "$1"; then echo "PASS   ... $1"; else fail "... $1"; fi; }
never() { if grep -Eq -- "$1" "$folder/out" "$folder/err"; then fail "... never $1"; else echo "PASS   ... never $1"; fi; }

start_demo() {
    mkfifo "$folder/ready"
    "$sovdeck" demo --serve-only --dir "$folder/demo" --speed 200 >"$folder/ready" 2>"$folder/demo.log" &
    demo=$!
    grep -m1 '^ready' "$folder/ready" >"$folder/out" || { cat "$folder/demo.log"; exit 1; }
}
port() { sed -n "s/^$1=//p" "$folder/demo/ports"; }
of_user() { sed -n "/^users:/,/^contexts:/p" "$folder/demo/kubeconfig" | sed -n "/^- name: $1\$/,/^- name/s/^ *$2: //p" | head -n 1; }
q() {
    of_user hel client-certificate-data | base64 -d >"$folder/sre.crt"
    of_user hel client-key-data | base64 -d >"$folder/sre.key"
    curl -sS --fail --noproxy '*' --cacert "$folder/demo/ca.crt" --cert "$folder/sre.crt" --key "$folder/sre.key" -X "$1" \
        ${3:+-d "$3"} "https://127.0.0.1:$(port hel)$2"
}

# Another kubeconfig for hel only: broken NAME 's/…/…/'
broken() {
    sed "$2" "$folder/demo/kubeconfig" >"$folder/$1.kubeconfig"
    chmod 600 "$folder/$1.kubeconfig"
    sed "s|\"$folder/demo/kubeconfig\", context: hel|\"$folder/$1.kubeconfig\", context: hel|" "$folder/demo/config.yaml" >"$folder/$1.yaml"
}

healthy() {
    expect 0 '0 bad' on doctor
    also 'TLSv1.3'
    also 'CN=localhost <- CN=sovdeck demo CA'
    also 'clock agrees'
    also 'medians of [0-9]+ and [0-9]+'
    also 'groups system:masters'
    also 'change releases allowed'
    also 'stream [A-Z_]+ stores catalyst.audit'
    also 'NATS [0-9]+\.[0-9]+.*JetStream'
    also 'catalyst\.> can be followed'
    also 'session .*token file'
    also 'Gitea [0-9]'
    never 'BEGIN|PRIVATE KEY'
    if awk 'length($0) > 80 { exit 1 }' "$folder/out"; then echo "PASS   ... 80 columns"; else fail "... 80 columns"; fi
    expect 0 'libcurl' on doctor --verbose
    on doctor -o json >"$folder/json" 2>/dev/null
    expect 0 fine "$json_check" "$folder/json"
    expect 0 'hel kubernetes' on doctor --region hel
    never '^fsn'
    expect 0 '^nats' on doctor --feed nats
    expect 2 "there is no feed 'nonsense'" on doctor --feed nonsense
}

identities() {
    expect 0 'change releases not allowed: get patch watch|change releases not allowed: patch' as fsn-viewer doctor
    also 'bind viewer@acme.example to a ClusterRole with the rule'
    expect 4 'see releases not allowed|see the estate not allowed' as fsn-developer doctor
    also 'apiGroups: \["helm.toolkit.fluxcd.io"\]'
    expect 3 'does not accept the token of user' as fsn-stranger doctor
    expect 3 'own certificate .* expired' as fsn-expired doctor
    also 'have a new client certificate signed'
}

networks() {
    broken dead "s|127.0.0.1:$(port hel)|127.0.0.1:9|"
    expect 5 'hel kubernetes .*connection refused -> check the address' with dead doctor
    also 'fsn kubernetes .*steer Flux allowed'
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /dev/null -subj /CN=other -out "$folder/other.crt" 2>/dev/null
    broken untrusting "s|\(certificate-authority-data: \).*|\1$(base64 -w0 "$folder/other.crt")|"
    expect 5 "put the CA 'CN=sovdeck demo CA' into certificate-authority-data" with untrusting doctor
    also 'not verified'
    broken misnamed "s|^\( *\)server: \(.*\)|\1server: \2\n\1tls-server-name: api.other.example|"
    expect 5 'address the server by a name its certificate has' with misnamed doctor
    q POST /demo/faults '{"action":"stall","url":"/version*"}' >/dev/null
    expect 6 'no complete answer within' on doctor
    also 'fsn kubernetes .*steer Flux allowed'
    q DELETE /demo/faults >/dev/null
    q POST /demo/faults '{"action":"status","url":"/apis/authorization*","code":500}' >/dev/null
    expect 0 'could not be asked' on doctor --region hel
    q DELETE /demo/faults >/dev/null
}

# Commands that hang end with the patience, and everything else is examined all the same.
hanging() {
    sed -e 's|token-file: "[^"]*catalyst.token"|token-command: [sleep, "70"]|' -e 's|token-file: "[^"]*gitea.token"|token-command: [sleep, "70"]|' \
        "$folder/demo/config.yaml" >"$folder/hanging.yaml"
    begun=$(date +%s)
    expect 6 'hel kubernetes .*steer Flux allowed' with hanging doctor
    also "run the command of catalyst.token-command by hand"
    also "command 'sleep' did not end within 5 s"
    also 'Gitea [0-9.]+, without a token'
    if [ $(($(date +%s) - begun)) -le 30 ]; then echo "PASS   ... in time"; else fail "... in time"; fi
}

# A plugin that waits for a person is not a network that drops packets.
plugins() {
    printf '#!/bin/sh\nexec sleep 60\n' >"$folder/hang"
    chmod 700 "$folder/hang"
    printf '{"clusters":[{"name":"a","cluster":{"server":"https://127.0.0.1:%s"}}],"contexts":[{"name":"a","context":{"cluster":"a","user":"a"}}],"current-context":"a","users":[{"name":"a","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"%s","interactiveMode":"Never"}}}]}' \
        "$(port hel)" "$folder/hang" >"$folder/hanging"
    expect 6 "identity exec plugin '[^ ]*hang' has not answered within" "$sovdeck" --kubeconfig "$folder/hanging" doctor --feed kubernetes
    never 'drops packets'
}

# What the server does not have is no empty list, and with an API that is away a word may still name a kind.
absences() {
    q POST /demo/faults '{"plainDiscovery":true}' >/dev/null
    q POST /demo/faults '{"url":"/apis/pkg.crossplane.io/*","action":"status","code":404,"body":"404 page not found"}' >/dev/null
    expect 8 'hel: the server does not have providers.pkg.crossplane.io' on get providers --region hel
    expect 8 'does not have providers' on get providers --region hel -o json
    expect 0 'hel: the server does not have providers.pkg.crossplane.io' on get providers
    q DELETE /demo/faults >/dev/null
    q POST /demo/faults '{"plainDiscovery":true}' >/dev/null
    q POST /demo/faults '{"url":"/apis/pkg.crossplane.io/*","action":"status","code":503}' >/dev/null
    expect 5 "no kind 'podmetrics', but the API service behind /apis/pkg.crossplane.io/v1 is away" on get podmetrics --region hel
    q DELETE /demo/faults >/dev/null
}

comparing() {
    expect 0 'is the same in fsn and hel' on compare hr flux-system/bp-loki
    on suspend hr flux-system/bp-loki --region hel --yes >/dev/null 2>&1
    expect 1 '\+ *suspend: true' on compare hr bp-loki -n flux-system
    expect 1 '"path": "spec.suspend"' on compare hr flux-system/bp-loki --regions hel,fsn -o json
    expect 1 'is in neither fsn nor hel' on compare hr flux-system/nonsense
    expect 2 'there is no region .nowhere.; there is: fsn, hel' on compare hr flux-system/bp-loki --regions fsn,nowhere
    expect 2 'there is one region' as fsn compare hr flux-system/bp-loki
    expect 5 'connection refused' with dead compare hr flux-system/bp-loki
    expect 0 'suspended' on get hr -n flux-system
}

start_demo
healthy
identities
networks
hanging
plugins
absences
comparing
[ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
