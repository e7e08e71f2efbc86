# Runs the command given as arguments until it ends, or until the standard input of this script closes: a program
# that started it can then die in any way, SIGKILL included, and leave nothing behind.
# Every line read from standard input is a signal to pass on, such as TERM.
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(
    while read -r signal <&3; do kill -s "$signal" "$child"; done
    kill -s KILL "$child"
) >/dev/null 2>&1 &
watcher=$!
wait "$child"
code=$?
kill -s KILL "$watcher" 2>/dev/null
exit "$code"
