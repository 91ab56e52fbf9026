#!/bin/sh
# Makes the file system of the Docker image the tests run PostgreSQL in: a minimal Debian with the server, out
# of the package archive this machine itself uses. Nothing is pulled from a registry. Needs root.
#
#   image.sh ARCHIVE.tar
set -eu
archive=$1

. /etc/os-release
# The archive this machine itself installs from, whatever it is called.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Identifier: Packages' |
  awk -v suite="$VERSION_CODENAME" '$2 == suite { print $1; exit }')
if [ -z "$mirror" ]; then
  echo "image.sh: apt has no package archive of $VERSION_CODENAME configured; run \`apt-get update\`" >&2
  exit 1
fi

root=$(mktemp -d)
chmod 755 "$root" # it becomes the root folder of the image, which user postgres must read
trap 'umount -q "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT TERM

debootstrap --variant=minbase "$VERSION_CODENAME" "$root" "$mirror"

# The package would make and start a cluster of its own.
mkdir -p "$root/etc/postgresql-common"
echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

in_root() {
  chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"
}
mount -t proc proc "$root/proc"
in_root apt-get install -y -q --no-install-recommends postgresql netcat-openbsd python3-minimal busybox
umount "$root/proc"

# What a server that runs tests never opens; a smaller layer is taken in sooner.
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/doc/* "$root"/usr/share/man/* \
  "$root"/usr/share/locale/* "$root"/usr/lib/*/libLLVM* "$root"/usr/lib/*/libz3*

# One place for its programs, whatever its version.
in_root sh -c 'ln -s /usr/lib/postgresql/*/bin /srv/bin'

# `initdb` runs here, once, so that a container is up in the time a server takes to start.
in_root install -d -o postgres -g postgres /run/postgresql /srv/postgres
in_root setpriv --reuid postgres --regid postgres --clear-groups \
  /srv/bin/initdb --pgdata /srv/postgres --auth trust --encoding UTF8 --no-locale --no-sync
cat >>"$root/srv/postgres/postgresql.conf" <<CONF
fsync = off
jit = off
shared_buffers = 16MB
listen_addresses = ''
unix_socket_directories = '/run/postgresql'
CONF
echo 'host all all all trust' >>"$root/srv/postgres/pg_hba.conf"

# Under its name only when it is whole.
tar -C "$root" -cf "$archive.part" .
mv "$archive.part" "$archive"
