#!/bin/bash
# Pairs with haresources: two of ours, one of ours and one real heartbeat 3.0.6
# (Debian's package) in either role. Needs root, and the network for apt; the
# package goes into an overlay that nobody else sees and that is gone afterwards.
#
#     tests/interop/pair.sh [path of crm] [options of tests/interop/pair]
#     tests/interop/pair.sh bin/crm -timing            the table of times
#     tests/interop/pair.sh bin/crm -rest 60s          what a pair costs at rest
#     NO_HEARTBEAT=1 tests/interop/pair.sh             only two of ours: no apt
set -eu
SELF=$(readlink -f "$0")

case ${PAIR_STEP:-outside} in
outside)
	CRM=$(readlink -f "${1:-bin/crm}"); [ $# -eq 0 ] || shift
	export BASE CRM PAIR; BASE=$(mktemp -d)
	PAIR=$BASE.pair
	trap 'rmdir "$BASE"; rm -f "$PAIR"' EXIT
	(cd "$(dirname "$SELF")/../.." && CGO_ENABLED=0 go build -o "$PAIR" ./tests/interop/pair)
	PAIR_STEP=inside unshare -mp -f --kill-child --propagation private bash "$SELF" "$@"
	;;
inside)
	mount -t tmpfs none "$BASE"
	mkdir "$BASE/up" "$BASE/work" "$BASE/root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$BASE/up,workdir=$BASE/work" "$BASE/root"
	mount --rbind /dev "$BASE/root/dev"; mount -t proc proc "$BASE/root/proc"; mount --rbind /sys "$BASE/root/sys"
	if [ -z "${NO_HEARTBEAT:-}" ]; then
		printf '#!/bin/sh\nexit 101\n' > "$BASE/root/usr/sbin/policy-rc.d"; chmod +x "$BASE/root/usr/sbin/policy-rc.d"
		chroot "$BASE/root" sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends heartbeat iproute2 iputils-arping >/tmp/apt.log 2>&1 || { cat /tmp/apt.log; exit 1; }'
	fi
	PAIR_STEP=pair chroot "$BASE/root" unshare -npm -f --kill-child bash "$SELF" "$@"
	;;
pair)
	mount -t proc proc /proc
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns
	exec "$PAIR" -crm "$CRM" "$@"
	;;
esac
