# Carries bytes between stdin/stdout and HOST PORT, by bash's own /dev/tcp.
# Says RUNNER_OK once connected; exits 111 where nothing accepts, 127 without cat. Ends when either side closes.
#
# No child may be left to the container's first process. In most images that is the postmaster, which takes any
# stranger that ends by a signal for a crashed backend, and restarts the whole server. Hence the last `wait`, and
# no SIGPIPE: a cat that cannot write exits with 1, which the postmaster forgives.
trap '' PIPE
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
wait
