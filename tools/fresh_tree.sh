#!/usr/bin/env bash
# Release check: the README's two commands in a newly made Debian tree that has git and Python with venv, nothing else,
# from empty caches, first as an ordinary user and then as root. Needs root, debootstrap and a Debian mirror.
#
#   tools/fresh_tree.sh              makes a tree, checks, removes it
#   KEEP=1 tools/fresh_tree.sh       leaves the tree and says where it is
#   USERS=root tools/fresh_tree.sh   checks for one of the two
set -euo pipefail

checkout=$(cd "$(dirname "$0")/.." && pwd)
suite=${SUITE:-bookworm}
users=${USERS:-ana root}
tree=$(mktemp -d)
chmod 755 "$tree"

finish() {
  for mount in proc dev/shm dev sys; do umount -l "$tree/$mount" 2>/dev/null || true; done
  if [ -n "${KEEP:-}" ]; then echo "The tree is in $tree"; else rm -rf --one-file-system "$tree"; fi
}
trap finish EXIT

packages=ca-certificates,git,python3,python3-venv
debootstrap --variant=minbase --include="$packages" "$suite" "$tree" ${MIRROR:+"$MIRROR"} >"$tree.log" 2>&1 ||
  { tail -20 "$tree.log"; exit 1; }
rm -f "$tree.log"
mount -t proc proc "$tree/proc"
mount --bind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/dev/shm" 2>/dev/null || true

# How this machine reaches its package registries, as the package managers' own settings say.
cp /etc/resolv.conf /etc/hosts "$tree/etc/" 2>/dev/null || true
cp -r /etc/ssl/certs/. "$tree/etc/ssl/certs/" 2>/dev/null || true
[ -f /etc/pip.conf ] && cp /etc/pip.conf "$tree/etc/pip.conf"
settings=$(env | grep -iE '^(https?_proxy|no_proxy|all_proxy|ssl_cert_file|requests_ca_bundle|node_extra_ca_certs)=' || true)

home_of() { chroot "$tree" getent passwd "$1" | cut -d: -f6; }

chroot "$tree" useradd --create-home --shell /bin/bash ana
for user in $users; do
  git clone --quiet --no-hardlinks "$checkout" "$tree$(home_of $user)/nanduti"
  chroot "$tree" chown -R "$user:$user" "$(home_of $user)"
  chmod 700 "$tree$(home_of $user)"
done

as() { # user, command …
  local user=$1 home
  home=$(home_of "$user")
  shift
  chroot --userspec="$user:$user" "$tree" env -i $settings HOME="$home" USER="$user" LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/bin:/bin bash -c "cd ~/nanduti && $*" </dev/null
}

timed() { # label, user, command …
  local label=$1 begun=$SECONDS result=passed
  shift
  as "$@" || { result=FAILED; failed=1; }
  times+=("$(printf '%-20s %4d s  %s' "$label" $((SECONDS - begun)) $result)")
}

times=() failed=0
for user in $users; do
  timed "$user: run, first" $user python3 dev.py run --check
  timed "$user: run, second" $user python3 dev.py run --check
  timed "$user: test" $user python3 dev.py test
  left=$(as $user 'git status --porcelain')
  [ -z "$left" ] || { echo "The commands left changes behind: $left"; exit 1; }
  [ "$(stat -c %a "$tree$(home_of $user)")" = 700 ] || { echo "The mode of $user's home was changed."; exit 1; }
done
for process in /proc/[0-9]*; do
  case $(readlink "$process/root" || true) in "$tree"*) echo "Left behind: $(tr '\0' ' ' <"$process/cmdline")"; exit 1 ;; esac
done

printf '%s\n' "" "In a fresh $suite tree:" "${times[@]}"
exit $failed
