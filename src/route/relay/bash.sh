# Carries bytes between stdin/stdout and HOST PORT, by bash's own /dev/tcp.
# Says RUNNER_OK once connected; exits 111 where nothing accepts, 127 without cat. Ends when either side closes.
command -v cat >/dev/null || exit 127
exec 3<>"/dev/tcp/$1/$2" || exit 111
exec 4<&0 # a background job would read /dev/null
printf 'RUNNER_OK\n'
cat <&3 &
down=$!
cat <&4 >&3 &
up=$!
wait -n
kill "$down" "$up" 2>/dev/null
