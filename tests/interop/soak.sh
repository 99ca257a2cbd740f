#!/bin/bash
# Two members with keepalive 20 ms and deadtime 100 ms (or what KEEPALIVE and
# DEADTIME say) while every core has twice as much other work as it can do:
# counts who was taken for dead. Needs root, for namespaces and for real-time
# priority.
#
#     tests/interop/soak.sh [path of crm] [seconds]
set -eu
CRM=$(readlink -f "${1:-bin/crm}")
SECS=${2:-600}
SELF=$(readlink -f "$0")
export KEEPALIVE=${KEEPALIVE:-20ms} DEADTIME=${DEADTIME:-100ms}

config() {
	printf 'keepalive %s\ndeadtime %s\ninitdead 5\nudpport 694\nbcast eth0\ncrm off\nauto_failback off\nnode alice bob\nlogfile %s\n' "$KEEPALIVE" "$DEADTIME" "$1/log"
}

soak() { # in namespaces that vanish with this process
	mount -t proc proc /proc
	mount -t tmpfs tmpfs /run
	local n i=0
	w=$(mktemp -d)
	trap 'rm -rf "$w"' EXIT
	mkdir -p /run/netns
	ip netns add alice; ip netns add bob
	ip link add v1 type veth peer name v2
	ip link set v1 netns alice name eth0; ip link set v2 netns bob name eth0
	for n in alice bob; do
		i=$((i + 1))
		ip -n $n addr add 10.78.0.1$i/24 brd 10.78.0.255 dev eth0; ip -n $n link set eth0 up; ip -n $n link set lo up
		mkdir -p "$w/$n/ha.d"
		config "$w/$n" > "$w/$n/ha.d/ha.cf"
		echo "alice 10.78.0.100/24/eth0" > "$w/$n/ha.d/haresources"
		printf 'auth 1\n1 sha1 labsecret\n' > "$w/$n/ha.d/authkeys"; chmod 600 "$w/$n/ha.d/authkeys"
		ip netns exec $n "$CRM" daemon --node $n --config "$w/$n/ha.d" --state "$w/$n/state" --socket "$w/$n/s" > "$w/$n/out" 2>&1 &
	done
	sleep 5
	grep -q 'has joined' "$w/alice/log" && grep -q 'has joined' "$w/bob/log" || { echo "FAIL  the members did not join"; cat "$w"/*/out; exit 1; }
	for n in alice bob; do cp "$w/$n/log" "$w/$n/start"; done
	for _ in $(seq $((2 * $(nproc)))); do timeout "$SECS" sh -c 'while :; do :; done' & done
	sleep "$SECS"
	report "$w"
}

report() { # what the logs say since the start
	local said dead late
	said=$(for n in alice bob; do tail -c +$(($(stat -c %s "$1/$n/start") + 1)) "$1/$n/log"; done)
	dead=$(grep -c 'is dead: nothing heard' <<< "$said" || true)
	late=$(grep -c 'late heartbeat' <<< "$said" || true)
	grep 'is dead: nothing heard\|did not run' <<< "$said" || true
	echo "keepalive $KEEPALIVE, deadtime $DEADTIME, $SECS s, $((2 * $(nproc))) busy loops on $(nproc) cores: $dead taken for dead, $late beats later than half a deadtime"
	[ "$dead" = 0 ]
}

case ${3:-} in
inside) soak ;;
*) exec unshare -npm -f --kill-child --propagation private bash "$SELF" "$CRM" "$SECS" inside ;;
esac
