#!/bin/sh
# usage: fetch_kubectl.sh FOLDER
# Puts Debian 12's own kubectl (1.20, package kubernetes-client) at FOLDER/kubectl. It is unpacked, not installed, because
# it collides with a kubectl that the machine may have. Kept when already there. Where the package cannot be had it says
# so and succeeds: the test then uses the kubectl on PATH alone.
set -eu
folder=${1:?usage: fetch_kubectl.sh FOLDER}
[ ! -x "$folder/kubectl" ] || exit 0
mkdir -p "$folder/unpacked"
folder=$(cd "$folder" && pwd)
download() { (cd "$folder" && apt-get -o APT::Sandbox::User="$(id -un)" download kubernetes-client >/dev/null 2>&1); }
if ! download; then
    [ "$(id -u)" != 0 ] || apt-get update -qq >/dev/null 2>&1 || true
    download || { echo "fetch_kubectl: package kubernetes-client cannot be downloaded here" >&2; exit 0; }
fi
for package in "$folder"/kubernetes-client_*.deb; do
    dpkg -x "$package" "$folder/unpacked"
    rm -f "$package"
done
mv "$folder/unpacked/usr/bin/kubectl" "$folder/kubectl"
rm -rf "$folder/unpacked"
echo "fetch_kubectl: $folder/kubectl"
