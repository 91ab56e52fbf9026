#!/bin/sh
# The `docker` of the sandbox's jump host. It knows one container, which is the production cluster, and two
# commands: `inspect` and `exec`. Messages and exit codes are those of docker's own client.
#
# SANDBOX_CONTAINER  its name
# SANDBOX_DATA       the data directory of the cluster
# SANDBOX_SOCKET     the folder of its socket
# SANDBOX_PATH       PATH inside the container
set -eu

# Flags whose value is the next word: `-u root`, not `--user=root`.
takes_value() {
  case $1 in
    -u | --user | -e | --env | --env-file | -w | --workdir | -f | --format | --type) return 0 ;;
    *) return 1 ;;
  esac
}

inspect() {
  if [ "$1" != "$SANDBOX_CONTAINER" ]; then
    echo '[]'
    echo "Error: No such object: $1" >&2
    exit 1
  fi
  pid=$(head -n 1 "$SANDBOX_DATA/postmaster.pid")
  cat <<JSON
[
    {
        "Id": "5a4db0c0ffee5a4db0c0ffee5a4db0c0ffee5a4db0c0ffee5a4db0c0ffee0001",
        "Name": "/$SANDBOX_CONTAINER",
        "State": { "Status": "running", "Running": true, "Paused": false, "Pid": $pid, "ExitCode": 0 },
        "Config": { "Labels": {} },
        "NetworkSettings": { "Ports": {}, "Networks": {} }
    }
]
JSON
}

run_inside() {
  if [ "$1" != "$SANDBOX_CONTAINER" ]; then
    echo "Error: No such container: $1" >&2
    exit 1
  fi
  shift
  PATH=$SANDBOX_PATH
  PGHOST=$SANDBOX_SOCKET # where psql inside the container would look by default
  export PATH PGHOST
  if ! command -v "$1" >/dev/null; then
    # On stdout, as docker does.
    printf 'OCI runtime exec failed: exec failed: unable to start container process: exec: "%s": executable file not found in $PATH: unknown\n' "$1"
    exit 126
  fi
  exec "$@"
}

verb=${1-}
[ $# -eq 0 ] || shift
while [ $# -gt 0 ]; do
  case $1 in
    --) shift && break ;;
    -*) if takes_value "$1"; then shift 2; else shift; fi ;;
    *) break ;;
  esac
done

case $verb in
  inspect) least=1 ;;
  exec) least=2 ;;
  *)
    echo "docker: '$verb' is not a docker command." >&2
    exit 1
    ;;
esac
if [ $# -lt $least ]; then
  echo "\"docker $verb\" requires at least $least argument(s)." >&2
  exit 1
fi
case $verb in
  inspect) inspect "$1" ;;
  exec) run_inside "$@" ;;
esac
