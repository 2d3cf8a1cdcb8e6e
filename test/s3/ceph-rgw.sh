#!/usr/bin/env bash
# Starts a Ceph object gateway with one monitor and one disk, all on loopback, for tests: ceph-rgw.sh DIRECTORY PORT
# It takes PORT, PORT + 1 and PORT + 2, writes the process ids to DIRECTORY/pids, one a line, and ends once the gateway answers.
# The keys are AK and SKSKSKSK. Stop it by the process ids.
set -eu
directory=$1
port=$2
mkdir -p "$directory"/{mon,osd,rgw,run,log}
cd "$directory"
# Debian 13's default class directory is a relative path, with which the gateway doesn't start.
class_directory=$(dirname "$(find /usr/lib -name libcls_version.so | head -1)")
id=$(cat /proc/sys/kernel/random/uuid)
address="[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]"
cat > ceph.conf <<CONF
[global]
fsid = $id
mon initial members = a
mon host = $address
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = $directory/admin.keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
run dir = $directory/run
admin socket = $directory/run/\$name.\$pid.asok
log file = $directory/log/\$name.log
[mon.a]
mon data = $directory/mon
mon data avail crit = 0
[osd.0]
osd data = $directory/osd
keyring = $directory/osd/keyring
osd objectstore = bluestore
bluestore block create = true
bluestore block size = 8589934592
osd memory target = 939524096
osd class dir = $class_directory
osd class load list = *
osd class default list = *
[client]
rgw data = $directory/rgw
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
CONF
config=(-c "$directory/ceph.conf")
quiet() { "$@" > /dev/null 2>&1; }
started() { echo "$1" >> pids; }
wait_for() {
  for _ in $(seq 100); do
    if quiet "$@"; then return 0; fi
    sleep .2
  done
  echo "gave up waiting for: $*" >&2
  return 1
}

quiet ceph-authtool --create-keyring mon.keyring --gen-key -n mon. --cap mon 'allow *'
quiet ceph-authtool --create-keyring admin.keyring --gen-key -n client.admin \
  --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
quiet ceph-authtool mon.keyring --import-keyring admin.keyring
quiet monmaptool --create --clobber --fsid "$id" --addv a "$address" monmap
ceph-mon --id a --mkfs --monmap monmap --keyring mon.keyring "${config[@]}"
ceph-mon -f --id a "${config[@]}" > log/mon.out 2>&1 &
started $!
wait_for timeout 5 ceph "${config[@]}" quorum_status
quiet timeout 10 ceph "${config[@]}" osd create
quiet timeout 10 ceph "${config[@]}" osd crush add osd.0 1 root=default
quiet timeout 10 ceph "${config[@]}" auth get-or-create osd.0 mon 'allow profile osd' osd 'allow *' -o osd/keyring
quiet ceph-osd --id 0 --mkfs "${config[@]}"
ceph-osd -f --id 0 "${config[@]}" > log/osd.out 2>&1 &
started $!
is_disk_up() { timeout 5 ceph "${config[@]}" osd stat 2> /dev/null | grep -q '1 up'; }
wait_for is_disk_up
radosgw -f -n client.admin "${config[@]}" > log/rgw.out 2>&1 &
started $!
wait_for curl -s -o /dev/null "http://127.0.0.1:$port/"
quiet timeout 30 radosgw-admin "${config[@]}" user create --uid=t --display-name=t --access-key=AK --secret-key=SKSKSKSK
