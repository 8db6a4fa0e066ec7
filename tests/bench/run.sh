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

# How long a change of somebody else's takes until it stands on the console's screen, beside `kubectl get -w` for the same change;
# how long an outage takes to be told and to be over; and what an idle console costs. On a small Sovereign of its own.
kill "$server"
wait "$server" 2>/dev/null || true
gcc -O2 -D_GNU_SOURCE tests/bench/change.c -o "$dir/change" -lutil
mkfifo "$dir/ready2"
"$sovdeck" demo --serve-only --dir "$dir/small" >"$dir/ready2" 2>"$dir/demo2.log" &
server=$!
grep -m1 ready "$dir/ready2" >/dev/null
field() { sed -n "s/.*$1: *//p" "$dir/small/kubeconfig" | head -n1 | base64 -d >"$dir/$2"; }
field certificate-authority-data ca.pem
field client-certificate-data client.pem
field client-key-data client.key
port=$(sed -n 's#.*server: https://127.0.0.1:\([0-9]*\).*#\1#p' "$dir/small/kubeconfig" | head -n1)
kube="$kubectl --kubeconfig $dir/small/kubeconfig --context fsn -n flux-system"
patch='{"spec":{"chart":{"spec":{"version":"%s"}}}}'
columns=N:.metadata.name,V:.spec.chart.spec.version
"$dir/change" --rounds "${ROUNDS:-30}" --ready Overview --keys "$(printf '5/harbor\r')" --watch-ready bp-harbor \
    --console "exec $sovdeck --config $dir/small/config.yaml 2>$dir/console.log" \
    --watch "exec $kube get hr bp-harbor -w -o custom-columns=$columns" \
    --change "kubectl patch" "$kube patch hr bp-harbor --type merge -p '$patch'" \
    --change "raw PATCH" "curl -s --cacert $dir/ca.pem --cert $dir/client.pem --key $dir/client.key -X PATCH -d '$patch' \
        -H 'Content-Type: application/merge-patch+json' \
        https://127.0.0.1:$port/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-system/helmreleases/bp-harbor" \
    --idle \
    --outage "servers stop answering" "kill -STOP $server" down "kill -CONT $server" "●" | tee "$dir/changes"

awk -F'[:,}]' '
    function value(key, i) { for (i = 1; i < NF; i++) if ($i ~ "\"" key "\"") return $(i + 1); return "" }
    value("console_median_ms") != "" {
        printf "%s: on screen after %d ms at the median, %d ms at p95 (goal: 300 at the median); kubectl get -w %d and %d; ratio %.2f\n",
            value("name"), value("console_median_ms"), value("console_p95_ms"), value("watch_median_ms"), value("watch_p95_ms"), value("ratio")
    }
    value("bytes_per_s") != "" { printf "idle console: %.1f bytes/s to the terminal, %.2f %% CPU\n", value("bytes_per_s"), value("cpu_percent") }
    value("told_ms") != "" { printf "%s: told after %d ms (goal 5000), live again after %d ms (goal 10000)\n", value("name"), value("told_ms"), value("back_ms") }
' "$dir/changes"
