# Runs a command until it ends, or until the standard input of this script closes: a program that started it can
# then die in any way, SIGKILL included, and leave nothing behind.
# Arguments: the log that the command's output is appended to, then the command.
# Every line read from standard input is a signal to send to the command, such as TERM; a line on standard output
# says that it has been sent.
log=$1
shift
exec 3<&0
"$@" </dev/null >>"$log" 2>&1 3<&- &
child=$!
(
    while read -r signal <&3; do
        kill -s "$signal" "$child"
        echo sent
    done
    kill -s KILL "$child"
) 2>/dev/null &
watcher=$!
exec >&-
wait "$child" 2>/dev/null
code=$?
kill -s KILL "$watcher"
exit "$code"
