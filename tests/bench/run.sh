#!/bin/sh
# Speed and memory beside a peer, in one run: 5,000 HelmReleases of about 16 KB read by sovdeck, kubectl and curl from the
# same demo server, and the time until the console's first paint. Prints JSON lines, then ratios. Nothing here can fail a test.
set -eu
cd "$(dirname "$0")/../.."
build=build/release
sovdeck=$build/tui/sovdeck
kubectl=${KUBECTL:-build/kubectl-1.20/kubectl}
releases=${RELEASES:-5000}
dir=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    rm -rf "$dir"
}
trap cleanup EXIT INT TERM

gcc -O2 -D_GNU_SOURCE tests/bench/measure.c -o "$dir/measure" -lutil -lpthread

# The ready line is the signal: the pipe blocks until the demo prints it.
mkfifo "$dir/ready"
"$sovdeck" demo --serve-only --dir "$dir/demo" --scale $((releases / 65 + 1)) >"$dir/ready" 2>"$dir/demo.log" &
server=$!
grep -m1 ready "$dir/ready" >/dev/null

port=$(sed -n 's#.*server: https://127.0.0.1:\([0-9]*\).*#\1#p' "$dir/demo/kubeconfig" | head -n1)
tunnel=$((20000 + $$ % 20000))
sed "s#https://127.0.0.1:$port#https://127.0.0.1:$tunnel#" "$dir/demo/kubeconfig" >"$dir/kubeconfig"
field() { sed -n "s/.*$1: *//p" "$dir/demo/kubeconfig" | head -n1 | base64 -d >"$dir/$2"; }
field certificate-authority-data ca.pem
field client-certificate-data client.pem
field client-key-data client.key

measure() {
    name=$1
    shift
    "$dir/measure" "$name" --through "$tunnel:$port" -- "$@"
}
{
    measure "sovdeck get helmreleases -A" "$sovdeck" --kubeconfig "$dir/kubeconfig" --context fsn get helmreleases -A
    measure "kubectl get hr -A -o json" "$kubectl" --kubeconfig "$dir/kubeconfig" --context fsn get hr -A -o json
    measure "kubectl get hr -A" "$kubectl" --kubeconfig "$dir/kubeconfig" --context fsn get hr -A
    measure "curl" curl -s --cacert "$dir/ca.pem" --cert "$dir/client.pem" --key "$dir/client.key" \
        "https://127.0.0.1:$tunnel/apis/helm.toolkit.fluxcd.io/v2/helmreleases"
    "$dir/measure" "first paint, everything reachable" --first-paint Overview -- "$sovdeck" --config "$dir/demo/config.yaml"
    printf 'sovereigns:\n  nowhere:\n    regions:\n      - {name: gone, kubeconfig: %s, context: fsn}\n' "$dir/dead" >"$dir/dead.yaml"
    sed "s#https://127.0.0.1:$port#https://127.0.0.1:1#" "$dir/demo/kubeconfig" >"$dir/dead"
    "$dir/measure" "first paint, nothing reachable" --first-paint Overview -- "$sovdeck" --config "$dir/dead.yaml"
} | tee "$dir/results"

awk -F'[:,}]' '
    function value(key, i) { for (i = 1; i < NF; i++) if ($i ~ "\"" key "\"") return $(i + 1); return "" }
    { cpu[NR] = value("cpu_s"); peak[NR] = value("peak_mib") }
    END {
        printf "sovdeck / kubectl -o json: CPU %.3f, peak memory %.3f (goal: at most 0.100 each)\n", cpu[1] / cpu[2], peak[1] / peak[2]
        printf "sovdeck / kubectl Table:   CPU %.3f, peak memory %.3f (goal: at most 1.000 each)\n", cpu[1] / cpu[3], peak[1] / peak[3]
    }' "$dir/results"
