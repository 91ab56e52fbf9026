# Becomes a command whose words, folder and environment come on the first line of stdin, so that no list of
# processes shows them. After its input stdin stays open: when it ends, however that comes, so does the command.
#
# The line is base64 of a script that sets `mark`, `size` (the bytes of input that follow), enters the folder,
# exports the environment and sets the words.
failed() {
  echo "$mark $1" >&2
  exit 125
}

# The processes to end: all of the session's group, where it has one of its own.
group=
read -r _ _ _ _ group _ 2>/dev/null </proc/$$/stat || group=$(ps -o pgid= -p $$ 2>/dev/null | tr -d ' ')
case $group in
  $$ | "$PPID") victim=-$group ;;
  *) victim=$$ ;;
esac

watch() {
  trap '' HUP INT TERM
  if [ "$size" -gt 0 ]; then
    exec 4>"$pipe/input"
    [ "$(head -c "$size" <&3 | tee "$pipe/input" | wc -c)" -ne "$size" ] || exec 4>&-
    rm -rf "$pipe"
  fi
  # Input that was cut off must not look like its end: the pipe stays open until the command is gone.
  cat <&3
  kill -0 $$ || exit 0
  kill -TERM "$victim"
  for _ in 1 2 3; do
    kill -0 $$ || break
    sleep 1
  done
  kill -KILL "$victim"
}

IFS= read -r line || exit 125
eval "$(echo "$line" | base64 -d)"
command -v -- "$1" >/dev/null || failed program
exec 3<&0 </dev/null
if [ "$size" -gt 0 ]; then
  pipe=$(mktemp -d) && mkfifo "$pipe/input" || failed pipe
fi
(watch >/dev/null 2>&1 &)
[ "$size" -eq 0 ] || exec <"$pipe/input"
exec 3<&-
exec "$@"
