#!/bin/bash
# One ring of a member of ours and a real heartbeat 3.0.6 (Debian's package), for
# every medium and method. Needs root and the network for apt; the package goes
# into an overlay that nobody else sees and that is gone afterwards.
#
#     tests/interop/ring.sh [path of crm]
set -eu
CRM=$(readlink -f "${1:-bin/crm}")
SELF=$(readlink -f "$0")

outside() { # a private file system, over this one
	export BASE; BASE=$(mktemp -d)
	trap 'rmdir "$BASE"' EXIT
	unshare -mp -f --kill-child --propagation private bash "$SELF" "$CRM" inside
}

inside() { # install heartbeat there, then leave the network behind
	mount -t tmpfs none "$BASE"
	mkdir "$BASE/up" "$BASE/work" "$BASE/root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$BASE/up,workdir=$BASE/work" "$BASE/root"
	mount --rbind /dev "$BASE/root/dev"; mount -t proc proc "$BASE/root/proc"; mount --rbind /sys "$BASE/root/sys"
	printf '#!/bin/sh\nexit 101\n' > "$BASE/root/usr/sbin/policy-rc.d"; chmod +x "$BASE/root/usr/sbin/policy-rc.d"
	chroot "$BASE/root" sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends heartbeat socat nftables openssh-server openssh-client >/tmp/apt.log 2>&1 || { cat /tmp/apt.log; exit 1; }'
	local failed=0 medium method
	for medium in bcast ucast mcast; do
		for method in "1 crc" "2 md5 labsecret" "3 sha1 labsecret"; do
			MEDIUM=$medium METHOD=$method chroot "$BASE/root" unshare -npm -f --kill-child bash "$SELF" "$CRM" ring || failed=1
		done
	done
	chroot "$BASE/root" unshare -npm -f --kill-child bash -c 'mount -t proc proc /proc; mount -t tmpfs tmpfs /run; mkdir -p /run/netns; exec bash "$0" "$1"' \
		"$(dirname "$SELF")/beside.sh" "$CRM" || failed=1
	exit $failed
}

config() { # the other's number
	printf 'keepalive 200ms\ndeadtime 2\ninitdead 6\nudpport 694\n'
	case $MEDIUM in
	bcast) echo "bcast eth0" ;;
	ucast) echo "ucast eth0 10.78.0.1$1" ;;
	mcast) echo "mcast eth0 239.192.0.40 694 1 0" ;;
	esac
	echo "node theirs ours"
}

until_within() { # seconds, command...
	local end=$((SECONDS + $1)); shift
	until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}

ring() { # two network namespaces with a cable
	mount -t proc proc /proc
	mount -t tmpfs tmpfs /run
	local w; w=$(mktemp -d)
	mkdir -p /run/netns "$w/ours" "$w/log"
	ip netns add theirs; ip netns add ours
	ip link add v1 type veth peer name v2
	ip link set v1 netns theirs name eth0; ip link set v2 netns ours name eth0
	local i=0 n
	for n in theirs ours; do
		i=$((i + 1))
		ip -n $n addr add 10.78.0.1$i/24 brd 10.78.0.255 dev eth0; ip -n $n link set eth0 up; ip -n $n link set lo up
	done
	{ config 2; printf 'auto_failback off\nlogfile /var/log/ha-log\n'; } > /etc/ha.d/ha.cf
	{ config 1; echo "crm on"; } > "$w/ours/ha.cf"
	for n in /etc/ha.d "$w/ours"; do printf 'auth %s\n%s\n' "${METHOD%% *}" "$METHOD" > "$n/authkeys"; chmod 600 "$n/authkeys"; done
	echo theirs > /etc/ha.d/haresources
	echo theirs > /etc/ha.d/nodeinfo
	rm -f /var/log/ha-log /var/lib/heartbeat/hb_generation
	mkdir -p /run/lock/subsys /run/heartbeat /run/resource-agents; chown hacluster:haclient /run/heartbeat
	start_ours() { ip netns exec ours "$CRM" daemon --node ours --config "$w/ours" --state "$w/state" --socket "$w/s" >> "$w/log/ours" 2>&1 & OURS=$!; }
	sees() { [ "$(ip netns exec theirs cl_status nodestatus ours 2>/dev/null)" = "$1" ]; }
	said() { grep -q "$1" "$w/log/ours"; }
	check() { if until_within "$1" "${@:3}"; then echo "ok    $MEDIUM $METHOD: $2"; else echo "FAIL  $MEDIUM $METHOD: $2"; tail -5 "$w/log/ours" /var/log/ha-log; exit 1; fi; }

	ip netns exec theirs /usr/libexec/heartbeat/heartbeat > /dev/null 2>&1
	start_ours
	check 20 "heartbeat sees ours active" sees active
	check 5 "ours sees heartbeat" said "theirs is up"
	kill -9 $OURS; wait $OURS 2>/dev/null || true
	check 6 "heartbeat sees ours dead" sees dead
	start_ours
	check 10 "heartbeat sees ours active again" sees active
	kill -9 "$(cat /run/heartbeat.pid)"; pkill -9 -P 1 heartbeat || true
	check 6 "ours sees heartbeat dead" said "node theirs is dead"
}

case ${2:-outside} in
outside) outside ;;
inside) inside ;;
ring) ring ;;
esac
