#!/bin/sh
# Walls between the layers: who may include what. Prints every breach and exits 1 when there is one.
set -u
cd "$(dirname "$0")/../.."
failed=0

# breach TEXT FILES: reports files (one a line) that break a rule
breach() {
    [ -z "$2" ] && return
    echo "layers: $1:" >&2
    printf '%s\n' "$2" | sed 's/^/  /' >&2
    failed=1
}

including() { grep -rlE "#include +[<\"]$1" --include='*.c' --include='*.h' --include='*.cpp' backend tui 2>/dev/null; }

breach "backend never knows tui" "$(grep -rlE '#include +"(app|canvas|input|model|screen|term|theme|widget)/' backend 2>/dev/null)"
breach "curses belongs to tui/term" "$(including '(curses|ncurses|ncursesw/|term)\.?h?>' | grep -v '^tui/term/')"
breach "curl belongs to backend/transport" "$(including 'curl/' | grep -v '^backend/transport/')"
breach "nats.c belongs to backend/transport (and the demo)" "$(including 'nats(/|\.h)' | grep -vE '^backend/(transport|demo)/')"
breach "simdjson belongs to backend/decode/json_reader.cpp" "$(including 'simdjson' | grep -v '^backend/decode/json_reader.cpp$')"
breach "microhttpd belongs to backend/demo" "$(including 'microhttpd' | grep -v '^backend/demo/')"
breach "sleeps in tests" "$(grep -rnE '\b(usleep|sleep|nanosleep) ?\(|^[^#]*\bsleep [0-9]' tests --include='*.c' --include='*.sh' --include='*.py' 2>/dev/null | grep -v 'check_layers.sh')"

# A layer includes only what backend/*/CMakeLists.txt lets it use (transitively); the linker would not notice header-only use.
allowed() {
    case $1 in
    base) echo base ;;
    decode) echo base decode ;;
    transport) echo base decode transport ;;
    store) echo base store ;;
    demo) echo base decode demo ;;
    *) echo ;;
    esac
}
for layer in base decode transport store demo; do
    pattern=$(allowed $layer | tr ' ' '|')
    breach "backend/$layer includes a layer above it" "$(grep -rnE '#include +"[a-z]+/' backend/$layer 2>/dev/null | grep -vE "#include +\"($pattern)/")"
done
[ $failed -eq 0 ] && echo "layers: the walls stand"
exit $failed
