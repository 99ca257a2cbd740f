#!/bin/bash
# What stands beside the ring, with the real thing at one end: heartbeat's own
# cl_status and ipfail as clients of ours, ping nodes with and without
# privileges, loss in both directions, a serial line. Called by ring.sh, inside
# its file system, with the path of crm.
set -u
CRM=$1
HERE=$(dirname "$(readlink -f "$0")")
W=$(mktemp -d)
FAILED=0

until_within() { # seconds, command...
	local end=$((SECONDS + $1)); shift
	until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
check() { # seconds, what, command...
	if until_within "$1" "${@:3}"; then echo "ok    $2"; else echo "FAIL  $2"; FAILED=1; tail -n 5 "$W"/*/log; fi
}

# node NAME NUMBER: a node with files of its own, on a switch with a router
node() {
	local n=$1 d=$W/$1
	mkdir -p "$d"/{ha.d,lib,run/heartbeat,run/lock/subsys,run/resource-agents}
	chown hacluster:haclient "$d/run/heartbeat"; chmod 755 "$d/run/heartbeat"
	cp -a /etc/ha.d/. "$d/ha.d/"; cp -a /var/lib/heartbeat/. "$d/lib/"; rm -f "$d"/lib/hb_*
	echo "$n" > "$d/ha.d/nodeinfo"
	printf 'auth 1\n1 sha1 labsecret\n' > "$d/ha.d/authkeys"; chmod 600 "$d/ha.d/authkeys"
	ip netns add "$n"
	ip link add "p$2" type veth peer name eth0 netns "$n"
	ip link set "p$2" master sw up
	ip -n "$n" addr add "10.78.0.1$2/24" brd 10.78.0.255 dev eth0; ip -n "$n" link set eth0 up; ip -n "$n" link set lo up
	ip netns exec "$n" unshare -m bash -c "mount --bind $d/ha.d /etc/ha.d; mount --bind $d/lib /var/lib/heartbeat; mount --bind $d/run /run; exec sleep 100000" &
	echo $! > "$d/pid"
	until_within 5 test -e "/proc/$(cat "$d/pid")/cwd"; sleep 0.2
}
on() { local n=$1; shift; nsenter -t "$(cat "$W/$n/pid")" -m -n -r -w "$@"; }
ours() { local n=$1; shift; on "$n" "$@" "$CRM" daemon --node "$n" --state "$W/$n/state" --socket "/run/crm.sock" --clients /run/heartbeat/register >> "$W/$n/log" 2>&1 & }
theirs() { on "$1" /usr/libexec/heartbeat/heartbeat >> "$W/$1/log" 2>&1; }
stop() { # all that runs on some nodes, but what keeps them
	local n p
	for n in "$@"; do for p in $(ip netns pids "$n"); do [ "$p" = "$(cat "$W/$n/pid")" ] || kill -9 "$p"; done; done 2>/dev/null
	sleep 0.5
}
is() { [ "$(on "$1" cl_status "${@:3}" 2>/dev/null)" = "$2" ]; }
holds() { on "$1" ip addr show dev eth0 | grep -q 10.78.0.100; }
config() { # lines...
	for n in one two; do
		{ printf 'keepalive 200ms\ndeadtime 2\ninitdead 6\nauto_failback off\nnode one two\n'; printf '%s\n' "$@"; } > "$W/$n/ha.d/ha.cf"
		echo "one 10.78.0.100/24/eth0" > "$W/$n/ha.d/haresources"
		rm -rf "$W/$n/state"; : > "$W/$n/log"
	done
}

# Every subcommand of the stock cl_status, and ours beside it: the same words
# and the same exit code, from one daemon of ours.
questions() {
	local q stock own a b
	while read -r q; do
		stock=$(on one cl_status $q 2>/dev/null); a=$?
		own=$(on one env CRM_SOCKET=/run/crm.sock "$W/cl_status" $q 2>/dev/null); b=$?
		if [ "$stock" = "$own" ] && [ $a = $b ]; then echo "ok    cl_status $q: $(echo $stock | head -c 60) ($a)"; else
			echo "FAIL  cl_status $q: stock \"$stock\" ($a), ours \"$own\" ($b)"; FAILED=1; fi
	done <<-END
	hbstatus
	hbstatus -v
	listnodes
	listnodes -n
	listnodes -p
	listnodes -v
	nodestatus one
	nodestatus two
	nodestatus 10.78.0.254
	nodestatus nope
	nodetype 10.78.0.254
	nodeweight one
	nodesite one
	listhblinks two
	listhblinks -v two
	listhblinks 10.78.0.254
	hblinkstatus two eth0
	hblinkstatus two eth9
	rscstatus
	rscstatus -m
	clientstatus one ipfail
	clientstatus two ipfail 1000
	clientstatus two nope 1000
	hbparameter -p deadtime
	hbparameter -p keepalive
	hbparameter -p nope
	hbparameter -p cluster
	bogus
	END
}

ip link add sw type bridge; ip link set sw up; ip addr add 10.78.0.254/24 dev sw
ln -s "$CRM" "$W/cl_status"
node one 1; node two 2

echo "# two of ours, heartbeat's own clients"
config "bcast eth0" "ping 10.78.0.254" "deadping 1" "respawn hacluster /usr/libexec/heartbeat/ipfail"
ours one
# the second without the right to raw sockets: the kernel's ping sockets do
on two sysctl -qw net.ipv4.ping_group_range="0 0"
ours two setpriv --bounding-set=-net_raw --inh-caps=-net_raw
check 15 "cl_status sees one active" is one active nodestatus one
check 15 "cl_status sees two active" is one active nodestatus two
check 5 "the ping node answers one" is one ping nodestatus 10.78.0.254
check 5 "the ping node answers two, which has no raw sockets" is two ping nodestatus 10.78.0.254
check 5 "ipfail has signed on at one" is one online clientstatus one ipfail
check 5 "one sees the ipfail of two" is one online clientstatus two ipfail 1000
check 5 "one holds the address" holds one
questions
on one cl_status clientstatus two nope 1000 > /dev/null 2>&1; [ $? = 1 ] && echo "ok    a client that is not there is offline" || { echo "FAIL  clientstatus of nobody"; FAILED=1; }
ip netns exec one ip route add blackhole 10.78.0.254/32
check 5 "one has lost the ping node" is one dead nodestatus 10.78.0.254
check 8 "ipfail moved the address to two" holds two
check 2 "one gave it up" is one none rscstatus
stop one two
ip netns exec one ip route del blackhole 10.78.0.254/32

echo "# one of ours and a heartbeat: the key changes while they run"
config "bcast eth0" "logfile /tmp/ha-log"; echo "crm on" >> "$W/one/ha.d/ha.cf"
theirs two; ours one
check 30 "heartbeat sees ours active" is two active nodestatus one
check 30 "ours sees heartbeat active" is one active nodestatus two
keys() { # node, authkeys; and has it read them
	printf "$2" > "$W/$1/ha.d/authkeys"; sleep 1.1; touch "$W/$1/ha.d/authkeys"
	if [ "$1" = one ]; then for p in $(ip netns pids one); do grep -qz daemon "/proc/$p/cmdline" && kill -HUP "$p"; done
	else kill -HUP "$(on two cat /run/heartbeat.pid)"; fi
	for _ in $(seq 25); do is two active nodestatus one && is one active nodestatus two || died=1; sleep 0.1; done
}
died=0
for n in one two; do keys $n 'auth 1\n1 sha1 labsecret\n2 sha1 other\n'; done
for n in one two; do keys $n 'auth 2\n1 sha1 labsecret\n2 sha1 other\n'; done
keys two 'auth 2\n2 sha1 other\n'; keys one 'auth 2\n2 sha1 other\n'
[ $died = 0 ] && echo "ok    nobody was taken for dead while the key changed" || { echo "FAIL  the key change parted the ring"; FAILED=1; tail -n 5 "$W/one/log" /tmp/ha-log; }
stop one two
for n in one two; do printf 'auth 1\n1 sha1 labsecret\n' > "$W/$n/ha.d/authkeys"; done

echo "# one of ours and a heartbeat: nodes are added and deleted while they run"
config "bcast eth0" "logfile /tmp/ha-log"; echo "crm on" >> "$W/one/ha.d/ha.cf"; : > /tmp/ha-log
theirs two; ours one
check 30 "heartbeat sees ours active" is two active nodestatus one
lists() { on "$1" cl_status listnodes 2>/dev/null | grep -qx "$2"; }
lacks() { ! lists "$@"; }
own() { on one env CRM_SOCKET=/run/crm.sock "$W/$1" "${@:2}"; }
for t in hb_addnode hb_delnode hb_setweight hb_setsite; do ln -sf "$CRM" "$W/$t"; done
on two /usr/share/heartbeat/hb_addnode three
check 5 "ours has the node that heartbeat's hb_addnode names" lists one three
check 5 "heartbeat has it too" lists two three
check 10 "it is dead, nobody heard it" is one dead nodestatus three
check 20 "for heartbeat too" is two dead nodestatus three
on two /usr/share/heartbeat/hb_delnode three
check 5 "ours follows heartbeat's hb_delnode" lacks one three
own hb_addnode four && check 5 "heartbeat follows our hb_addnode" lists two four
check 10 "ours has four" is one dead nodestatus four; check 20 "heartbeat has four" is two dead nodestatus four
own hb_delnode two 2> /dev/null && { echo "FAIL  a live node was deleted"; FAILED=1; } || echo "ok    a live node is not deleted"
own hb_delnode four && check 5 "heartbeat follows our hb_delnode" lacks two four
on two /usr/share/heartbeat/hb_setweight one 250; on two /usr/share/heartbeat/hb_setsite one paris
for n in one two; do check 5 "heartbeat's hb_setweight is followed by $n" is $n 250 nodeweight one; check 5 "its hb_setsite too" is $n paris nodesite one; done
own hb_setweight two 30 && own hb_setsite two rome
for n in one two; do check 5 "our hb_setweight is followed by $n" is $n 30 nodeweight two; check 5 "our hb_setsite too" is $n rome nodesite two; done
stop one two

if command -v python3 > /dev/null; then
	echo "# one of ours and a heartbeat: messages that are longer than a packet"
	config "bcast eth0" "logfile /tmp/ha-log" "apiauth large uid=root"; echo "crm on" >> "$W/one/ha.d/ha.cf"; : > /tmp/ha-log
	theirs two; ours one
	check 30 "heartbeat sees ours active" is two active nodestatus one
	check 30 "ours sees heartbeat active" is one active nodestatus two
	apiclient() { on "$1" python3 "$HERE/apiclient.py" "$2" "$1" "${@:3}"; }
	apiclient two hear 60 > "$W/two/large" 2>&1 & LISTENER=$!
	check 10 "a client has signed on at heartbeat" is two online clientstatus two large
	heard() { grep -qx "$1" "$W/two/large"; }
	apiclient one say 20000 random; check 5 "20 KB of ours arrive at a client of heartbeat" heard 20000
	apiclient one say 200000 a; check 5 "200 KB arrive, packed" heard 200000
	apiclient one say 200000 random
	refused() { grep -q "two does not get the message of type large: its .* bytes are more than the 65507 of a packet" "$W/one/log"; }
	check 25 "what is too long, packed too, is refused, and the log says so" refused
	told() { grep -qi "irretrievably lost\|nak" /tmp/ha-log; }
	check 10 "heartbeat has stopped asking for it" told
	apiclient one say 1000 random; check 5 "what comes after it arrives" heard 1000
	is two active nodestatus one && is one active nodestatus two && echo "ok    the ring stands" || { echo "FAIL  the ring has parted"; FAILED=1; }
	kill $LISTENER
	stop one two
fi

if nft list ruleset > /dev/null 2>&1; then
	echo "# one of ours and a heartbeat, a fifth of all packets lost in both directions"
	config "bcast eth0" "logfile /tmp/ha-log"; echo "crm on" >> "$W/one/ha.d/ha.cf"; : > /tmp/ha-log
	for n in one two; do ip netns exec $n nft "add table inet lossy; add chain inet lossy i { type filter hook input priority 0; }; add rule inet lossy i udp dport 694 numgen random mod 100 < 20 counter drop"; done
	theirs two; ours one
	check 30 "heartbeat sees ours active" is two active nodestatus one
	check 30 "ours sees heartbeat active" is one active nodestatus two
	died=0; for _ in $(seq 100); do is two active nodestatus one && is one active nodestatus two || died=1; sleep 0.1; done
	[ $died = 0 ] && echo "ok    nobody was taken for dead in 10 s" || { echo "FAIL  somebody was taken for dead"; FAILED=1; }
	grep -ciE "lost packet|rexmit" /tmp/ha-log | sed 's/^/      lines of heartbeat about lost packets: /'
	! grep -qi "irretrievably" /tmp/ha-log && echo "ok    heartbeat got all it missed" || { echo "FAIL  heartbeat lost packets for ever"; FAILED=1; }
	! grep -q "lost for ever" "$W/one/log" && echo "ok    ours got all it missed" || { echo "FAIL  ours lost packets for ever"; FAILED=1; }
	for n in one two; do ip netns exec $n nft "delete table inet lossy"; done
	stop one two
fi

echo "# one of ours and a heartbeat over IPv6"
for n in one two; do on $n sysctl -qw net.ipv6.conf.eth0.accept_dad=0; done
ip -n one addr add fd00::11/64 dev eth0 nodad; ip -n two addr add fd00::12/64 dev eth0 nodad
for kind in ucast6 mcast6; do
	config "logfile /tmp/ha-log"; echo "crm on" >> "$W/one/ha.d/ha.cf"
	if [ $kind = ucast6 ]; then
		echo "ucast6 eth0 fd00::12" >> "$W/one/ha.d/ha.cf"; echo "ucast6 eth0 fd00::11" >> "$W/two/ha.d/ha.cf"
	else for n in one two; do echo "mcast6 eth0 ff05::694 694 1 0" >> "$W/$n/ha.d/ha.cf"; done; fi
	theirs two; ours one
	check 20 "$kind: heartbeat sees ours active" is two active nodestatus one
	check 10 "$kind: ours sees heartbeat active" is one active nodestatus two
	stop one two
done

if command -v socat > /dev/null; then
	echo "# one of ours and a heartbeat, nothing between them but a serial line"
	socat -d PTY,link=/tmp/tty1,raw,echo=0,mode=666 PTY,link=/tmp/tty2,raw,echo=0,mode=666 2> /dev/null & SOCAT=$!
	until_within 5 test -e /tmp/tty2
	config "baud 19200" "keepalive 1" "deadtime 5"
	printf 'udpport 1694\nbcast lo\nserial %s\ncrm on\n' "$(readlink /tmp/tty1)" >> "$W/one/ha.d/ha.cf"
	printf 'serial %s\nlogfile /tmp/ha-log\n' "$(readlink /tmp/tty2)" >> "$W/two/ha.d/ha.cf"
	theirs two; ours one
	check 30 "heartbeat sees ours active over the line" is two active nodestatus one
	check 10 "ours sees heartbeat active over the line" is one active nodestatus two
	check 5 "ours names the link" is one up hblinkstatus two "$(readlink /tmp/tty1)"
	stop one
	check 10 "heartbeat sees ours dead" is two dead nodestatus one
	stop two
	kill $SOCAT
fi
if [ -x /usr/sbin/sshd ]; then
	echo "# ha_propagate through ssh: the files of one node become those of the other"
	config "bcast eth0"; printf 'auth 1\n1 sha1 propagated\n' > "$W/one/ha.d/authkeys"; echo "node old" > "$W/two/ha.d/ha.cf"; rm -f "$W/two/ha.d/haresources"
	ln -sf "$CRM" "$W/ha_propagate"
	ssh-keygen -q -t ed25519 -N "" -f "$W/key"; ssh-keygen -q -t ed25519 -N "" -f "$W/hostkey"
	usermod -p '*' root # locked, sshd lets nobody in
	mkdir -p -m 700 "$HOME/.ssh"
	printf 'Host one two\n HostName 10.78.0.12\n IdentityFile %s\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n ConnectTimeout 5\n' "$W/key" > "$HOME/.ssh/config"
	on two mkdir -p /run/sshd
	on two /usr/sbin/sshd -D -e -f /dev/null -h "$W/hostkey" -o PidFile=none -o UsePAM=no -o StrictModes=no -o PermitRootLogin=yes \
		-o AuthorizedKeysFile="$W/key.pub" -o ListenAddress=10.78.0.12 -o "Subsystem sftp internal-sftp" >> "$W/two/log" 2>&1 &
	check 10 "sshd answers" on one bash -c "true < /dev/tcp/10.78.0.12/22" 2> /dev/null
	on one "$W/ha_propagate" --node one > "$W/one/log" 2>&1 || { echo "FAIL  ha_propagate ends with an error"; FAILED=1; cat "$W/one/log"; }
	for f in ha.cf authkeys haresources; do check 1 "$f is the same on both" cmp -s "$W/one/ha.d/$f" "$W/two/ha.d/$f"; done
	[ "$(stat -c %a "$W/two/ha.d/authkeys")" = 600 ] && echo "ok    nobody else may read the keys there" || { echo "FAIL  authkeys is $(stat -c %a "$W/two/ha.d/authkeys")"; FAILED=1; }
	stop two
	on one "$W/ha_propagate" --node one > "$W/one/log" 2>&1 && { echo "FAIL  a copy to nobody is called good"; FAILED=1; }
	grep -q "node two: " "$W/one/log" && echo "ok    a node that cannot be reached is an error that names it" || { echo "FAIL  $(cat "$W/one/log")"; FAILED=1; }
fi
for n in one two; do kill -9 "$(cat "$W/$n/pid")"; done
exit $FAILED
