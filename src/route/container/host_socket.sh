# Finds a container's socket from its host: prints the first of the paths that is one, by way of /proc/PID/root.
#
#   host_socket.sh PID ID SOCKET...
#
# PID must be a process of this machine and of this container: where the engine is elsewhere, or in a virtual machine,
# the number is somebody else's. No path with a symbolic link is taken, as it would be followed from the host's own
# root, perhaps to the socket of another server.
pid=$1 id=$2
shift 2
root=/proc/$pid/root
if [ -z "$id" ] || ! grep -q "$id" "/proc/$pid/cgroup" 2>/dev/null || [ "$root/." -ef / ]; then
  echo "its process $pid is not here; is the engine elsewhere, or in a virtual machine?" >&2
  exit 1
fi
for socket; do
  case $socket/ in */../*) continue ;; esac
  path=$root rest=${socket#/}
  while [ -n "$rest" ]; do
    path=$path/${rest%%/*}
    [ ! -L "$path" ] || continue 2
    case $rest in */*) rest=${rest#*/} ;; *) rest= ;; esac
  done
  [ -S "$path" ] || continue
  echo "$path"
  exit 0
done
echo "no socket at $* (symbolic links are not followed)" >&2
exit 1
