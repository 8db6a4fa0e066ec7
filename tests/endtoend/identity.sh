#!/bin/sh
# usage: identity.sh SOVDECK
# "sovdeck get" as the identities people have: tokens in files, exec plugins, impersonation, another context or user by option. The
# kubeconfigs stay as they are. Prints PASS or FAIL per case; exit 1 when one failed.
set -u
sovdeck=${1:?usage: identity.sh SOVDECK}
folder=$(mktemp -d "${TMPDIR:-/tmp}/sovdeck-identity.XXXXXX")
demo=''
failures=0
HOME=$folder XDG_STATE_HOME=$folder XDG_CONFIG_HOME=$folder
export HOME XDG_STATE_HOME XDG_CONFIG_HOME
unset KUBECONFIG
umask 077

finish() {
    status=$?
    trap - EXIT INT TERM
    [ -n "$demo" ] && kill "$demo" 2>/dev/null
    wait
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT INT TERM

# expect CODE PATTERN NAME WORDS...: sovdeck WORDS ends with that code, and a line of either stream matches
expect() {
    code=$1 pattern=$2 name=$3
    shift 3
    timeout 60 "$sovdeck" "$@" >"$folder/output" 2>&1
    got=$?
    if [ $got -eq "$code" ] && grep -Eq -- "$pattern" "$folder/output"; then
        echo "PASS $code $name"
    else
        failures=$((failures + 1))
        echo "FAIL $name: exit code $got, wanted $code and '$pattern'"
        sed 's/^/     | /' "$folder/output" | tail -n 20
    fi
}

mkfifo "$folder/ready"
"$sovdeck" demo --serve-only --dir "$folder/demo" --seed 7 >"$folder/ready" 2>"$folder/demo.log" &
demo=$!
while read -r line; do
    case $line in *ready*) break ;; esac
done <"$folder/ready"

k=$folder/demo/kubeconfig
token=$(sed -n 's/^ *"\{0,1\}token"\{0,1\}: *"\{0,1\}\([^",]*\).*/\1/p' "$k" | head -n 1)
printf '%s\n' "$token" >"$folder/token"
mkdir "$folder/two"
cat >"$folder/two/plugin" <<END
#!/bin/sh
[ -e "$folder/broken" ] && { echo 'session has expired, log in again' >&2; exit 7; }
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"$token"}}'
END
chmod 700 "$folder/two/plugin"
cat >"$folder/two/config" <<'END'
users:
- name: exec
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: IfAvailable}
- name: file
  user: {tokenFile: ../token}
- name: broken
  user: {token: x, username: y}
END
before=$(cksum "$k" "$folder/two/config")
KUBECONFIG=$folder/none:$k::$folder/two/config
export KUBECONFIG

expect 0 'bp-harbor' "the current context" get hr
expect 0 'bp-harbor' "a token in a file beside the kubeconfig" get hr --user file
expect 0 'bp-harbor' "an exec plugin beside the kubeconfig" get hr --user exec
expect 0 'bp-harbor' "with a time limit" get hr --user exec --request-timeout 1m
expect 5 "no user .nobody. \(--user\)" "a user that is not there" get hr --user nobody
expect 2 "expected a time such as 5s" "a time that is none" get hr --request-timeout 5x
expect 2 "need --as" "a group without a user" get hr --as-group x
expect 0 'bp-harbor' "one namespace" get hr -n flux-system
expect 5 "users\[2\]\.user\.token: there is a username" "a broken user hides nobody" get hr --user broken
touch "$folder/broken"
expect 3 "exec plugin './plugin' ended with exit code 7: session has expired, log in again" "a plugin that fails" get hr --user exec
chmod 644 "$folder/two/config"
expect 2 'the console needs a terminal' "no terminal" --user file
expect 0 'can be read by everybody' "a kubeconfig that others can read" get hr
[ "$before" = "$(cksum "$k" "$folder/two/config")" ] && echo "PASS the kubeconfigs are as they were" || { failures=$((failures + 1)); echo "FAIL a kubeconfig was changed"; }
[ "$failures" -eq 0 ]
